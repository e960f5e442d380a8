import type { AnsweredQuestion, EndSignal, FailureClass, Usage } from "@cluster/manager";
import type { FileChange } from "@cluster/workspace";
import type { Outcome } from "./outcome.ts";

/** A place in a transcript. */
export interface TranscriptPlace {
  /** Relative to the run's folder, with `/`; absolute where the run's transcripts are kept elsewhere. */
  readonly file: string;
  /** Bytes from its beginning. */
  readonly offset: number;
}

/** What was said to and by the tool in one turn. Where transcripts rotate it may begin in an earlier file. */
export interface TranscriptPart {
  readonly from: TranscriptPlace;
  /** The end, itself no part of it. */
  readonly to: TranscriptPlace;
}

/** What is known of one attempt: git's part first, then what the tool said. */
export interface Evidence {
  /** The instance it ran on, or `null` when it never got one. */
  readonly instance: number | null;
  /** The tool that made the attempt. Absent: of a run that was begun by an older version. */
  readonly tool?: string;
  /** From its first instance to its end, in milliseconds; 0 when it never got one. */
  readonly tookMs?: number;
  /** Changes within the task's files; all changes when it names none. At most 1000 are listed. */
  readonly changes: readonly FileChange[];
  /** Changes elsewhere: not landed unless `allowOutside`. At most 1000 are listed. */
  readonly outside: readonly FileChange[];
  /**
   * In place: files of no task at work that changed while this one was. By its tool, another one or
   * the user: nobody can tell. They stay as they are. At most 1000 are listed. Absent where each task
   * works in a worktree.
   */
  readonly strays?: readonly FileChange[];
  /** What the tool claims to have edited. */
  readonly claimedEdits: readonly string[];
  readonly reply: string | null;
  readonly usage: Usage | "unknown";
  /** US dollars. */
  readonly costUsd: number | "unknown";
  readonly endedBy: EndSignal | null;
  /**
   * Where the turn is written down word for word. `null` where no transcripts are kept or no turn began; absent
   * in what versions before recorded. Where transcripts rotate, the oldest go.
   */
  readonly transcript?: TranscriptPart | null;
  readonly questions: readonly AnsweredQuestion[];
  /** The commit that holds the edit: landed, parked, or absent. Of the last attempt that left one. */
  readonly commit: string | null;
  /** The ref a commit that did not land is kept under; in place, the folder. */
  readonly parkedRef: string | null;
  /** The ref that keeps the changes elsewhere. */
  readonly outsideRef: string | null;
  /**
   * Refs that keep edits of earlier attempts, oldest first: their changes elsewhere, and, when the
   * task did not land, their changes within its files.
   */
  readonly earlierRefs: readonly string[];
  /** The edit itself, when no commit could hold it, as on a full disk. */
  readonly patch: string | null;
}

/** Tokens and money. A total is unknown as soon as one part is; the known part stays visible. */
export interface Spending {
  readonly usage: Usage | "unknown";
  /** US dollars. */
  readonly costUsd: number | "unknown";
  /** The sum of what is known. */
  readonly knownUsage: Usage;
  readonly knownCostUsd: number;
}

/** What one tool did of a task, or of a run. */
export interface ToolPart {
  readonly tool: string;
  readonly attempts: number;
  /** Of its attempts, from their first instance to their end, in milliseconds. */
  readonly tookMs: number;
  readonly spent: Spending;
}

/** Why a task did not land. */
export interface Reason {
  readonly failureClass: FailureClass | null;
  /** The error's stable code, when there was one. */
  readonly code: string | null;
  readonly message: string;
}

/** The final word on one task, or how it stands where a run left it. */
export interface TaskOutcome {
  readonly task: string;
  readonly index: number;
  readonly files: readonly string[];
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly attempts: number;
  readonly instance: number | null;
  /** From the first lease to the outcome, in milliseconds. 0 when it never got an instance. */
  readonly tookMs: number;
  /** Of the last attempt. */
  readonly evidence: Evidence;
  /** Over all attempts. */
  readonly spent: Spending;
  /** The same by tool, in the order in which they had it. Absent: of an older version. */
  readonly byTool?: readonly ToolPart[];
  /** It has no outcome yet: this is how it stands, and whoever goes on with the run goes on with it. */
  readonly left?: true;
}

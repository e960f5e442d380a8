import type { AnsweredQuestion, EndSignal, FailureClass, Usage } from "@cluster/manager";
import type { Outcome } from "./outcome.ts";

/** One changed file, as git sees it. */
export interface FileChange {
  readonly path: string;
  readonly status: "added" | "modified" | "deleted" | "renamed" | "type-changed";
  /** `null` for a binary file. */
  readonly addedLines: number | null;
  readonly removedLines: number | null;
}

/** What is known of one attempt: git's part first, then what the tool said. */
export interface Evidence {
  /** Changes within the task's files. */
  readonly changes: readonly FileChange[];
  /** Changes elsewhere: not landed unless `allowOutside`. */
  readonly outside: readonly FileChange[];
  /** What the tool claims to have edited. */
  readonly claimedEdits: readonly string[];
  readonly reply: string | null;
  readonly usage: Usage | "unknown";
  readonly costUsd: number | "unknown";
  readonly endedBy: EndSignal | null;
  readonly questions: readonly AnsweredQuestion[];
  /** The commit that holds the edit: landed, parked, or absent. */
  readonly commit: string | null;
  /** The ref a commit that could not land is kept under. */
  readonly parkedRef: string | null;
}

/** Why a task did not land. */
export interface Reason {
  readonly failureClass: FailureClass | null;
  /** The error's stable code, when there was one. */
  readonly code: string | null;
  readonly message: string;
}

/** The final word on one task. */
export interface TaskOutcome {
  readonly task: string;
  readonly index: number;
  readonly files: readonly string[];
  readonly outcome: Outcome;
  readonly reason: Reason | null;
  readonly attempts: number;
  readonly instance: number | null;
  /** From the first lease to the outcome, in milliseconds. */
  readonly tookMs: number;
  readonly evidence: Evidence;
}

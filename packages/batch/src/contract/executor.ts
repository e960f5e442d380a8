import type { AgentPermissions, FailureClass } from "@cluster/manager";
import type { Evidence } from "./evidence.ts";
import type { Stage } from "./run-event.ts";

/** One try at a task, as plain data: it can be sent to another machine. */
export interface Attempt {
  readonly run: string;
  readonly task: string;
  readonly index: number;
  /** Fences every older attempt at the same task. */
  readonly token: number;
  readonly tool: string;
  readonly model: string | null;
  readonly prompt: string;
  /** Why the attempt before it did not succeed, where that is to be told; else `null`. */
  readonly earlierFailure: string | null;
  /** Relative to the repository's root, with `/`. Empty: the task may change any file. */
  readonly files: readonly string[];
  readonly readOnlyFiles: readonly string[];
  /** The commit to work on. */
  readonly base: string;
  /** The user's own command line, or `null`. */
  readonly verify: string | null;
  readonly verifyTimeoutMs: number;
  readonly allowOutside: boolean;
  /** Run the user's hooks on the commit that is to land. */
  readonly hooks: boolean;
  readonly permissions: AgentPermissions | null;
  /** Instances that failed this task before: others are preferred. */
  readonly avoid: readonly number[];
}

/** What went wrong in an attempt. */
export interface AttemptFailure {
  readonly stage: Stage;
  /** `null` when it is not the tool's: git, the disk, the verify command. */
  readonly failureClass: FailureClass | null;
  /** The error's stable code, when there was one. */
  readonly code: string | null;
  readonly message: string;
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
}

/**
 * What became of an attempt before landing.
 * - `edited`: its commit may land
 * - `no-change`: the turn ended well and changed none of its files
 * - `verify-failed`: the verify command refused the edit
 * - `failed`: the tool, git or the machine failed
 * - `cancelled`: stopped from outside
 */
export type Verdict = "edited" | "no-change" | "verify-failed" | "failed" | "cancelled";

/** The answer to an attempt, as plain data. Commits that it names exist in the repository. */
export interface AttemptResult {
  readonly verdict: Verdict;
  readonly failure: AttemptFailure | null;
  readonly evidence: Evidence;
  /** Edits outside the task's files, as a commit of their own that is not to be landed. */
  readonly outsideCommit: string | null;
}

/** What an executor reports while it works. */
export interface AttemptProgress {
  readonly stage: Stage;
  readonly instance: number | null;
}

/** What comes with an attempt and is not data. */
export interface ExecuteContext {
  /** Aborted when the run is stopped: the turn ends and the verdict is `cancelled`. */
  readonly signal: AbortSignal;
  /** Aborted when nothing new is to begin: an attempt whose turn has not begun is `cancelled`. */
  readonly draining: AbortSignal;
  /**
   * No more attempts take their turn at once than the run has workers. An executor that works on more
   * of them has the others ready meanwhile.
   */
  readonly turn: AttemptTurn;
  emit(progress: AttemptProgress): void;
}

/** The turn of an attempt, which is over with the attempt at the latest. */
export interface AttemptTurn {
  /** Begins it when that is possible at once. */
  tryBegin(): boolean;
  /**
   * Resolves when it has begun. To be called right before its tool hears of the task, also after `tryBegin`:
   * what let it begin then may hold it back now. Rejects when it is not to begin any more.
   */
  begin(): Promise<void>;
  /**
   * It waits for what others have, and holds no instance meanwhile: another attempt may be made in its place.
   * Returns what ends that.
   */
  rest?(): () => void;
  /** It has ended well: the next one may begin while the edit is judged and committed. */
  end(): void;
  /** It has failed. To be told at once: where a provider refuses, nobody else is to begin. */
  failed(failure: AttemptFailure): void;
}

/**
 * Makes attempts: on this machine over warm instances, or on others. Execution is at least once;
 * the journal's token and the landing make recording and landing exactly once.
 */
export interface Executor extends AsyncDisposable {
  /** How many attempts it works on at once; where it prepares some ahead, more than take their turn. */
  readonly workers: number;
  /** So many from now on; attempts under way go on to their end. Absent: their number does not change. */
  resize?(workers: number): void;
  /** No attempt of this tool comes any more. Absent: what it keeps for a tool stays to the end. */
  letGo?(tool: string): void;
  /** Takes an attempt through its stages up to the commit. Failures are results, not rejections. */
  execute(attempt: Attempt, context: ExecuteContext): Promise<AttemptResult>;
}

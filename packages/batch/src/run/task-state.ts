import { NO_EVIDENCE } from "../attempt/no-evidence.ts";
import type { Evidence, Reason, Spending, TaskOutcome, ToolPart } from "../contract/evidence.ts";
import type { Attempt, AttemptFailure, AttemptResult } from "../contract/executor.ts";
import type { AttemptRecord, JournalEntry } from "../contract/journal.ts";
import type { Outcome } from "../contract/outcome.ts";
import type { Task } from "../contract/task.ts";
import { addParts, partOf } from "../report/by-tool.ts";
import { addSpending, NOTHING_SPENT } from "../report/spending.ts";

/** An edit that an attempt left. */
export interface AttemptEdit {
  readonly commit: string;
  readonly attempt: number;
  readonly where: "inside" | "outside";
}

/** One task on its way through a run, from its plan to its outcome. */
export class TaskState {
  readonly task: Task;
  retries = 0;
  refusals = 0;
  /** Its edit did not fit, and it was tried again on the new tip. */
  replayed = false;
  /** The token of its newest attempt. */
  token = 0;
  /** The token of the attempt that landed before the task was reopened; 0 for none. */
  landedBefore = 0;
  /** The tool that it is attempted with, or was last; `null` before the first. */
  tool: string | null = null;
  /** The tool that it is tried again with. */
  pinned: string | null = null;
  /** The tools that it has gone over from. */
  readonly excluded: Set<string> = new Set();
  readonly avoid: number[] = [];
  /** How it ends when no further attempt is made. */
  pending: { readonly outcome: Outcome; readonly reason: Reason | null } | null = null;
  #spent: Spending = NOTHING_SPENT;
  #byTool: readonly ToolPart[] = [];
  #leasedAt: number | null = null;
  #evidence: Evidence = NO_EVIDENCE;
  #outsideCommit: string | null = null;
  /** The attempts that {@link commit} and {@link outsideCommit} are of. */
  #commitOf = 0;
  #outsideCommitOf = 0;
  readonly #earlier: AttemptEdit[] = [];
  readonly #failed: AttemptEdit[] = [];

  constructor(task: Task) {
    this.task = task;
  }

  /** As the journal knows it: with what its attempts found before this process went on with the run. */
  static restored({ task, token }: JournalEntry, attempts: readonly AttemptRecord[]): TaskState {
    const state = new TaskState(task);
    for (const attempt of attempts) {
      state.token = attempt.token;
      if (attempt.result !== null) state.learn(attempt.result);
      else state.#cutShort(attempt.tool);
      if (attempt.sequel !== null) state.failed();
      if (attempt.sequel === "retry") state.retries += 1;
      if (attempt.sequel === "quota") state.refusals += 1;
      if (attempt.sequel === "replay") state.replayed = true;
      const tool = attempt.result?.evidence.tool ?? attempt.tool;
      if (attempt.sequel === "retry" && tool !== undefined) state.pinned = tool;
      if (attempt.sequel === "fail-over" && tool !== undefined) state.excluded.add(tool);
      if (attempt.end !== null) state.pending = attempt.end;
      if (attempt.landed === true) state.#beginAnew();
    }
    state.token = token;
    // The instances that failed it are gone.
    state.avoid.length = 0;
    return state;
  }

  /** The edit that must not be lost, if the task does not land. */
  get commit(): string | null {
    return this.#evidence.commit;
  }

  /** The instance of its newest attempt that got one. */
  get instance(): number | null {
    return this.#evidence.instance;
  }

  /** The edits elsewhere, which are kept apart. */
  get outsideCommit(): string | null {
    return this.#outsideCommit;
  }

  /** The edits of attempts before those, which must not be lost either. */
  get earlierEdits(): readonly AttemptEdit[] {
    return this.#earlier;
  }

  /** The edits of attempts that failed, the newest of them too. */
  get failedEdits(): readonly AttemptEdit[] {
    return this.#failed;
  }

  /** The refs that its edits are kept under. */
  get keptAs(): readonly string[] {
    const { parkedRef, outsideRef, earlierRefs } = this.#evidence;
    return [parkedRef, outsideRef, ...earlierRefs].filter((ref) => ref !== null);
  }

  /** Notes when it first got an instance. */
  leased(now: number): void {
    this.#leasedAt ??= now;
  }

  /** Takes in what an attempt found. An attempt without an edit does not make us forget one with. */
  learn(result: AttemptResult): void {
    const { evidence, failure, outsideCommit } = result;
    this.#spent = addSpending(this.#spent, evidence);
    if (evidence.tool !== undefined) this.#byTool = addParts(this.#byTool, [partOf(evidence)]);
    if (failure !== null && evidence.instance !== null && !this.avoid.includes(evidence.instance)) {
      this.avoid.push(evidence.instance);
    }
    if (evidence.commit !== null) {
      this.#supersede("inside", this.commit, this.#commitOf);
      this.#commitOf = this.token;
    }
    if (outsideCommit !== null) {
      this.#supersede("outside", this.outsideCommit, this.#outsideCommitOf);
      this.#outsideCommitOf = this.token;
    }
    this.#evidence = {
      ...evidence,
      commit: evidence.commit ?? this.#evidence.commit,
      patch: evidence.patch ?? this.#evidence.patch,
    };
    this.#outsideCommit = outsideCommit ?? this.#outsideCommit;
  }

  /** An attempt died with its process: what it took nobody knows. */
  #cutShort(tool: string | undefined): void {
    const evidence = { ...NO_EVIDENCE, usage: "unknown", costUsd: "unknown" } as const;
    this.#spent = addSpending(this.#spent, evidence);
    if (tool !== undefined) this.#byTool = addParts(this.#byTool, [partOf({ ...evidence, tool })]);
  }

  /** Its newest attempt landed, and it is made again: what led to that says nothing of what is to come. */
  #beginAnew(): void {
    this.landedBefore = this.token;
    this.retries = 0;
    this.refusals = 0;
    this.replayed = false;
    this.pinned = null;
    this.excluded.clear();
    this.pending = null;
    this.#evidence = { ...this.#evidence, commit: null, patch: null };
    for (const edits of [this.#earlier, this.#failed]) {
      edits.splice(0, edits.length, ...edits.filter(({ where }) => where === "outside"));
    }
  }

  /** Its newest attempt failed. Gives the edits that it left. */
  failed(): readonly AttemptEdit[] {
    const attempt = this.token;
    const edits: AttemptEdit[] = [];
    if (this.commit !== null && this.#commitOf === attempt) {
      edits.push({ commit: this.commit, attempt, where: "inside" });
    }
    if (this.#outsideCommit !== null && this.#outsideCommitOf === attempt) {
      edits.push({ commit: this.#outsideCommit, attempt, where: "outside" });
    }
    this.#failed.push(...edits);
    return edits;
  }

  #supersede(where: AttemptEdit["where"], commit: string | null, attempt: number): void {
    if (commit !== null) this.#earlier.push({ commit, attempt, where });
  }

  /** Notes what became of its commits. */
  keep(refs: Partial<Pick<Evidence, "commit" | "parkedRef" | "outsideRef" | "earlierRefs">>): void {
    this.#evidence = { ...this.#evidence, ...refs };
  }

  outcome(outcome: Outcome, reason: Reason | null, now: number): TaskOutcome {
    return {
      task: this.task.id,
      index: this.task.index,
      files: this.task.files,
      outcome,
      reason,
      attempts: this.token,
      instance: this.#evidence.instance,
      tookMs: this.#leasedAt === null ? 0 : now - this.#leasedAt,
      evidence: this.#evidence,
      spent: this.#spent,
      ...(this.#byTool.length === 0 ? {} : { byTool: this.#byTool }),
    };
  }
}

/** What an attempt at a task inherits from its run. */
export type AttemptDefaults = Pick<
  Attempt,
  "run" | "base" | "model" | "verify" | "verifyTimeoutMs" | "allowOutside" | "hooks" | "permissions"
>;

/**
 * The attempt as plain data.
 * @param tellFailure Whether it is told why the attempt before it did not succeed.
 */
export function attemptOf(
  state: TaskState,
  defaults: AttemptDefaults,
  tellFailure: boolean,
): Omit<Attempt, "tool"> {
  const { task, token, avoid, pending } = state;
  return {
    ...defaults,
    model: task.model ?? defaults.model,
    verify: task.verify ?? defaults.verify,
    task: task.id,
    index: task.index,
    token,
    prompt: task.prompt,
    earlierFailure: tellFailure && pending !== null ? worthTelling(pending) : null,
    files: task.files,
    readOnlyFiles: task.readOnlyFiles ?? [],
    avoid: [...avoid],
  };
}

/** What a model can do something about. */
function worthTelling({ outcome, reason }: NonNullable<TaskState["pending"]>): string | null {
  if (outcome === "verify-failed") return reason?.message ?? null;
  const ofModel = reason?.failureClass === "malformed" || reason?.failureClass === "unproven";
  return ofModel ? reason.message : null;
}

/** Why a task did not land, out of an attempt's failure. */
export function reasonOf(failure: AttemptFailure | null): Reason | null {
  if (failure === null) return null;
  const { failureClass, code, message } = failure;
  return { failureClass, code, message };
}

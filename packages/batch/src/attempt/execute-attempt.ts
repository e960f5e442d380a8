import type { AgentResult, AgentTask, Clock, Lease } from "@cluster/manager";
import type {
  Attempt,
  AttemptFailure,
  AttemptResult,
  ExecuteContext,
} from "../contract/executor.ts";
import type { WorkPlace } from "../contract/site.ts";
import { commitEdit, commitToLand } from "./commit-edit.ts";
import { Course } from "./course.ts";
import { takeTurn } from "./take-turn.ts";
import { turnTranscript } from "./turn-transcript.ts";
import { landable, verifyEdit } from "./verify-edit.ts";

/** What the stages work with. */
export interface AttemptTools {
  /**
   * Waits for the attempt's files where all instances work in one folder: whoever has a turn, or an instance,
   * has its files. Gives back what lets go of them. Absent: there is nothing to wait for.
   * @param onBusy called when it has to wait, at least once
   */
  reserve?(attempt: Attempt, signal: AbortSignal, onBusy: () => void): Promise<() => void>;
  lease(attempt: Attempt, signal: AbortSignal): Promise<Lease<AgentTask, AgentResult>>;
  workspaceOf(instance: number): Promise<WorkPlace>;
  readonly clock: Clock;
  /** All instances work in one folder, where files are waited for. */
  readonly shared: boolean;
  /** The run's folder, `null` where it has none: its transcripts are named by their place in it. */
  readonly folder: string | null;
}

/** A process may end while its task waits for its turn: then it is given to another one, so often. */
const FURTHER_LEASES = 2;

/**
 * Takes an attempt through its stages, lease → workspace → turn → evidence → verify → commit, and
 * gives the instance back. Whatever fails on the way is a result; it never rejects.
 */
export async function executeAttempt(
  attempt: Attempt,
  tools: AttemptTools,
  context: ExecuteContext,
): Promise<AttemptResult> {
  const course = new Course(context);
  const calledOff = AbortSignal.any([context.signal, context.draining]);
  for (let further = FURTHER_LEASES; ; further -= 1) {
    const { untouched, ...result } = await onLease(attempt, tools, course, calledOff);
    if (untouched !== true || further === 0 || calledOff.aborted) return result;
  }
}

/** A refused key is a normal end to some tools: without a diff, nothing tells it from a success. */
const UNPROVEN: AttemptFailure = {
  stage: "evidence",
  failureClass: "unproven",
  code: "UNPROVEN",
  message:
    "The tool says that it is done, changed nothing, and nothing proves that its model answered. " +
    "Its reply may say why.",
  retryAfterMs: null,
};

/** A result, and whether the tool was gone before it heard of the task. */
type LeaseResult = AttemptResult & { readonly untouched?: true };

async function onLease(
  attempt: Attempt,
  tools: AttemptTools,
  course: Course,
  calledOff: AbortSignal,
): Promise<LeaseResult> {
  let lease: Lease<AgentTask, AgentResult>;
  let letGo: (() => void) | undefined;
  try {
    course.enter("lease");
    letGo = await reserve(attempt, tools, course, calledOff);
    lease = await tools.lease(attempt, calledOff);
  } catch (error) {
    letGo?.();
    return course.fail(error);
  }
  try {
    course.learn({ instance: lease.instance });
    const result = await onInstance(lease, attempt, tools, course).catch((error: unknown) => {
      if (!course.isInside) letGo?.();
      return course.fail(error);
    });
    return await course.leave(result);
  } finally {
    // The next attempt need not know how long forgetting takes; a failure shows in the instance's state.
    void lease.release().catch(() => {});
  }
}

/** Whoever waits for files leaves the place of an attempt to others. */
async function reserve(
  attempt: Attempt,
  tools: AttemptTools,
  course: Course,
  calledOff: AbortSignal,
): Promise<(() => void) | undefined> {
  let goOn: (() => void) | undefined;
  try {
    return await tools.reserve?.(attempt, calledOff, () => {
      goOn ??= course.turn.rest?.();
    });
  } finally {
    goOn?.();
  }
}

/** Stage `workspace`: ends when the turn has begun. What gets ready ahead of that still counts as waiting. */
async function prepare(
  instance: number,
  attempt: Attempt,
  tools: AttemptTools,
  course: Course,
): Promise<WorkPlace> {
  const { turn, signal } = course;
  // Whoever has a turn has its files: else it could wait for one that waits for a turn.
  const ahead = tools.shared || !turn.tryBegin();
  if (!ahead) course.enter("workspace");
  try {
    const workspace = await tools.workspaceOf(instance);
    const { task, token, files } = attempt;
    await workspace.reset(attempt.base, { task, token, files, signal });
    course.entered(workspace);
    // Its provider may have refused others since it was let in.
    await turn.begin();
    return workspace;
  } catch (error) {
    if (ahead && !course.calledOff) course.enter("workspace");
    throw error;
  }
}

async function onInstance(
  lease: Lease<AgentTask, AgentResult>,
  attempt: Attempt,
  tools: AttemptTools,
  course: Course,
): Promise<LeaseResult> {
  const { signal } = course;
  const workspace = await prepare(lease.instance, attempt, tools, course);
  if (course.calledOff) return course.end("cancelled");

  course.enter("turn");
  const { transcript: before } = lease;
  const { said, failure, unproven, begun } = await takeTurn(lease, attempt, workspace.path, signal);
  if (!begun && !signal.aborted) return { ...course.end("failed"), failure, untouched: true };
  // After a failure the run may be halted: until that is decided, nobody is to make the same.
  if (failure === null) course.turn.end();
  else course.turn.failed(failure);
  course.learn({ ...said, transcript: turnTranscript(before, lease.transcript, tools.folder) });

  course.enter("evidence");
  course.worksIn(workspace);
  const seen = await workspace.changes(attempt.files);
  course.see(seen);
  if (failure !== null) {
    // Not landed, and not lost either: all of it is kept.
    const all = [...seen.inside, ...seen.outside];
    course.learn({ commit: await commitEdit(workspace, attempt, seen, all) });
    if (signal.aborted) return course.end("cancelled");
    return { ...course.end("failed"), failure };
  }
  if (unproven && seen.inside.length === 0 && seen.outside.length === 0) {
    return { ...course.end("failed"), failure: UNPROVEN };
  }
  const elsewhere = attempt.allowOutside ? [] : seen.outside;
  const outsideCommit = await commitEdit(workspace, attempt, seen, elsewhere);
  if (landable(seen, attempt).length === 0) return { ...course.end("no-change"), outsideCommit };

  course.enter("verify");
  const judgement = await verifyEdit(workspace, attempt, seen, signal, tools.clock);
  const { verification, changes, wanted } = judgement;

  course.enter("commit");
  course.see({ ...changes, outside: seen.outside });
  const judged = verification.kind === "passed";
  const made = judged
    ? await commitToLand(workspace, attempt, changes, wanted)
    : { commit: await commitEdit(workspace, attempt, changes, wanted), refusal: null };
  const { commit } = made;
  course.learn({ commit });
  if (made.refusal !== null) {
    const failure = refusalOf("commit", "HOOK_FAILED", made.refusal);
    return { ...course.end("verify-failed"), failure, outsideCommit };
  }
  if (verification.kind === "cancelled") return { ...course.end("cancelled"), outsideCommit };
  if (verification.kind !== "passed") {
    const code = verification.kind === "timeout" ? "VERIFY_TIMEOUT" : "VERIFY_REFUSED";
    const failure = refusalOf("verify", code, verification.message);
    return { ...course.end("verify-failed"), failure, outsideCommit };
  }
  // The verify command may have undone it all.
  return { ...course.end(commit === null ? "no-change" : "edited"), outsideCommit };
}

/** What the user's own judge said. */
function refusalOf(stage: "verify" | "commit", code: string, message: string): AttemptFailure {
  return { stage, failureClass: null, code, message, retryAfterMs: null };
}

import {
  type AgentResult,
  type AgentTask,
  type AnsweredQuestion,
  type Lease,
  PoolError,
  ProcessExitedError,
  type Usage,
} from "@cluster/manager";
import type { Evidence } from "../contract/evidence.ts";
import type { Attempt, AttemptFailure } from "../contract/executor.ts";
import { toldOfFailure } from "../schedule/tell-failure.ts";
import { completeResult } from "./complete-result.ts";
import { failureOf } from "./failure-of.ts";

/** What the tool said, and whether it failed. What it did is read from the workspace. */
export interface TurnReport {
  readonly said: Pick<
    Evidence,
    "reply" | "claimedEdits" | "usage" | "costUsd" | "endedBy" | "questions"
  >;
  readonly failure: AttemptFailure | null;
  /** Only the tool's word speaks for its success. */
  readonly unproven: boolean;
  /** False: the process was gone before the tool heard of the task. */
  readonly begun: boolean;
}

/** Stage `turn`: gives the task to the leased instance. Never rejects. */
export async function takeTurn(
  lease: Lease<AgentTask, AgentResult>,
  attempt: Attempt,
  workspace: string,
  signal: AbortSignal,
): Promise<TurnReport> {
  const turn = lease.run(requestOf(attempt, workspace), { signal });
  const questions: AnsweredQuestion[] = [];
  const claimedEdits: string[] = [];
  let usage: Usage | "unknown" = "unknown";
  try {
    for await (const event of turn) {
      if (event.type === "question") questions.push(event.answered);
      if (event.type === "usage") usage = event.usage;
      if (event.type === "edit") claimedEdits.push(event.path);
    }
    const { reply, costUsd, endedBy, ...said } = completeResult(await turn);
    return {
      said: {
        reply,
        costUsd,
        endedBy,
        claimedEdits: said.claimedEdits,
        usage: said.usage === "unknown" ? usage : said.usage,
        questions: said.questions.length > 0 ? said.questions : questions,
      },
      failure: null,
      unproven: said.proof === "unproven",
      begun: true,
    };
  } catch (error) {
    // What a failed turn has cost is what it said before; that it said nothing does not make it free.
    const said = { reply: null, claimedEdits, usage, questions } as const;
    return {
      said: { ...said, costUsd: "unknown", endedBy: null },
      failure: failureOf("turn", error),
      unproven: false,
      begun: !isRefusal(error),
    };
  }
}

/** Of a turn that never began, as opposed to one in which the process ended. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof PoolError) || error instanceof ProcessExitedError) return false;
  return error.code === "PROCESS_EXITED" || error.code === "INSTANCE_UNAVAILABLE";
}

function requestOf(attempt: Attempt, workspace: string): AgentTask {
  return {
    message: toldOfFailure(attempt),
    files: attempt.files,
    readOnlyFiles: attempt.readOnlyFiles,
    workspace,
    ...(attempt.model === null ? {} : { model: attempt.model }),
    ...(attempt.permissions === null ? {} : { permissions: attempt.permissions }),
  };
}

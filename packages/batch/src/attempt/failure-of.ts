import { failureClassOf, PoolError, ToolFailure } from "@cluster/manager";
import type { AttemptFailure } from "../contract/executor.ts";
import type { Stage } from "../contract/run-event.ts";

/** Whatever was thrown in a stage, as plain data. What is not the tool's has no failure class. */
export function failureOf(stage: Stage, thrown: unknown): AttemptFailure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const ofTool = stage === "turn" || error instanceof PoolError;
  return {
    stage,
    failureClass: ofTool ? failureClassOf(error) : null,
    code: codeOf(error),
    message: messageOf(error),
    retryAfterMs: error instanceof ToolFailure ? (error.retryAfterMs ?? null) : null,
  };
}

function codeOf(error: Error): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : null;
}

function messageOf(error: Error): string {
  return error.message === "" ? error.name : error.message;
}

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

/** Whoever finds no instance is told what became of them, not that there are instances. */
function messageOf(error: Error): string {
  const unavailable = error instanceof PoolError && error.code === "INSTANCE_UNAVAILABLE";
  if (unavailable && error.cause instanceof Error) return messageOf(error.cause);
  return error.message === "" ? error.name : error.message;
}

import { expect, test } from "vitest";
import {
  failureClassOf,
  POOL_ERROR_CODES,
  PoolError,
  type PoolErrorCode,
  ProcessExitedError,
  ProcessStartError,
  ProtocolError,
  ToolFailure,
  TurnAbortedError,
} from "../../src/index.ts";

test("every error is a PoolError with a name, a code of the table, and its cause", () => {
  const cause = new Error("below");
  const errors = [
    new PoolError("QUEUE_FULL", "m", { cause }),
    new ToolFailure("quota", "m", { retryAfterMs: 5, cause }),
    new ProcessExitedError("m", { kind: "code", code: 1 }, "", { cause }),
    new ProcessStartError("m", { cause }),
    new ProtocolError("m", { cause }),
    new TurnAbortedError("TURN_TIMEOUT", "m", { cause }),
  ];
  expect(errors.map(({ name }) => name)).toEqual([
    "PoolError",
    "ToolFailure",
    "ProcessExitedError",
    "ProcessStartError",
    "ProtocolError",
    "TurnAbortedError",
  ]);
  for (const error of errors) {
    expect(error).toBeInstanceOf(PoolError);
    expect(POOL_ERROR_CODES).toHaveProperty(error.code);
    expect(error.cause).toBe(cause);
  }
});

test("failures have a class, whoever reports them", () => {
  const of = (code: PoolErrorCode): string | null => failureClassOf(new PoolError(code, ""));
  expect(failureClassOf(new ToolFailure("context", ""))).toBe("context");
  expect(failureClassOf(new Error("any"))).toBe("crash");
  expect(
    ["TURN_TIMEOUT", "TURN_IDLE_TIMEOUT", "START_TIMEOUT"].map((code) => of(code as PoolErrorCode)),
  ).toEqual(["timeout", "timeout", "timeout"]);
  expect([of("PROTOCOL_VIOLATION"), of("TURN_OUTPUT_LIMIT")]).toEqual(["protocol", "protocol"]);
  expect([of("PROCESS_START_FAILED"), of("INSTANCE_UNAVAILABLE")]).toEqual([
    "environment",
    "environment",
  ]);
  const unavailable = (cause: Error): string | null =>
    failureClassOf(new PoolError("INSTANCE_UNAVAILABLE", "", { cause }));
  expect(unavailable(new ToolFailure("auth", "no key"))).toBe("auth");
  expect(unavailable(new ToolFailure("overload", "too slow"))).toBe("environment");
  expect(of("PROCESS_EXITED")).toBe("crash");
  const notTheTools = ["TURN_CANCELLED", "WAIT_CANCELLED", "POOL_CLOSED", "QUEUE_FULL"] as const;
  for (const code of notTheTools) expect(of(code)).toBeNull();
});

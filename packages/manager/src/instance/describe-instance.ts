import { constants } from "node:os";
import type { Exit, InstanceStatus } from "@cluster/pool";
import type { Instance } from "./instance-schema.ts";

/** An instance in the words of {@link instanceSchema}. */
export function describeInstance(tool: string, status: InstanceStatus): Instance {
  const { index, alive, pid, startedAt, endedAt, lastExit } = status;
  return {
    index,
    tool,
    alive,
    returnCode: alive ? null : returnCode(lastExit),
    pid,
    startedAt,
    endedAt: alive ? null : endedAt,
  };
}

function returnCode(exit: Exit | null): number | null {
  if (exit?.kind === "code") return exit.code;
  if (exit?.kind !== "signal") return null;
  const number = constants.signals[exit.signal as NodeJS.Signals];
  return number === undefined ? null : -number;
}

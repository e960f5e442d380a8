import { stat } from "node:fs/promises";
import type { ProcessSpec } from "../contract/process-host.ts";
import { ProcessStartError } from "../errors/turn-errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file. Check the path, or install the tool",
  EACCES: "it may not be executed. Check its permissions",
  ENOEXEC: "it is not in a format that this machine can execute",
  E2BIG: "its arguments and environment are too long",
  EMFILE: "this process has no file descriptors left. Raise `ulimit -n` or use fewer instances",
  ENFILE: "the machine has no file descriptors left",
  ENOSPC: "the machine has no terminals left",
  EAGAIN: "the machine allows no more processes",
  ENOMEM: "the machine has no memory left",
};

/** Says why the operating system did not start a process. */
export async function explainStartFailure(
  spec: ProcessSpec,
  error: unknown,
): Promise<ProcessStartError> {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const folder = await stat(spec.cwd).catch(() => null);
  // The kernel answers ENOENT for a missing working folder too, and Node then blames the executable.
  const reason = folder?.isDirectory()
    ? (REASONS[code] ?? (error instanceof Error ? error.message : String(error)))
    : `its working folder ${spec.cwd} does not exist`;
  return new ProcessStartError(`Could not start ${spec.file}: ${reason}.`, { cause: error });
}

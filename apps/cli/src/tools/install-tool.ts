import { AiderError, installAider } from "@cluster/adapter-aider";
import { CliError, setupError, usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";

function failure(cause: unknown): CliError {
  if (cause instanceof AiderError) return setupError(cause.message, undefined, cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return setupError(`aider could not be installed: ${reason}`, undefined, cause);
}

/** `cluster tools install`. @throws {CliError} usage, for what cannot be installed; setup, when it fails. */
export async function installTool(name: string): Promise<ExitName> {
  if (name !== "aider") {
    throw usageError(`cluster cannot install "${name}".`, "It can install: aider.");
  }
  const abort = new AbortController();
  const onSignal = (): void => abort.abort(new CliError("interrupted", "Interrupted."));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const { executable, version } = await installAider({
      onProgress: ({ message }) => void process.stderr.write(`${message}\n`),
      signal: abort.signal,
    });
    process.stdout.write(`aider ${version} is ready: ${executable}\n`);
    return "done";
  } catch (cause) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw failure(cause);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

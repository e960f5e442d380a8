import { AcpError, AGENT_PROFILES, installAgent } from "@cluster/adapter-acp";
import { AiderError, installAider } from "@cluster/adapter-aider";
import { nearest } from "../config/nearest.ts";
import { CliError, setupError, usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { ACP_AGENTS } from "./tool-entry.ts";

interface Installed {
  readonly version: string;
  readonly path: string;
}

interface InstallContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly message: string }) => void;
}

/** Not those whose licence lets only their user install them. */
const INSTALLABLE = [
  "aider",
  ...ACP_AGENTS.filter((name) => AGENT_PROFILES[name].package?.licence !== "proprietary"),
];

async function install(name: string, context: InstallContext): Promise<Installed> {
  if (name === "aider") {
    const { executable: path, version } = await installAider(context);
    return { path, version };
  }
  const agent = ACP_AGENTS.find((one) => one === name);
  if (agent !== undefined) return await installAgent(agent, context);
  const meant = nearest(name, INSTALLABLE);
  throw usageError(
    `cluster cannot install "${name}".${meant === undefined ? "" : ` Did you mean "${meant}"?`}`,
    `It can install: ${INSTALLABLE.join(", ")}.`,
  );
}

function failure(name: string, cause: unknown): CliError {
  if (cause instanceof CliError) return cause;
  if (cause instanceof AiderError || cause instanceof AcpError) {
    return setupError(cause.reason, cause.remedy, cause);
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return setupError(`${name} could not be installed: ${reason}`, undefined, cause);
}

/** `cluster tools install`. @throws {CliError} usage, for what cannot be installed; setup, when it fails. */
export async function installTool(name: string): Promise<ExitName> {
  const abort = new AbortController();
  const onSignal = (): void => abort.abort(new CliError("interrupted", "Interrupted."));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const { path, version } = await install(name, {
      onProgress: ({ message }) => void process.stderr.write(`${message}\n`),
      signal: abort.signal,
    });
    process.stdout.write(`${name} ${version} is ready: ${path}\n`);
    return "done";
  } catch (cause) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw failure(name, cause);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

import { CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import type { ExitName } from "./exit-codes.ts";
import { asCliError } from "./exit-of-error.ts";

const ISSUES = "https://github.com/cluster-agents/cluster/issues";

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function trace(thrown: unknown): void {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    say(error.stack ?? error.message);
  }
}

/**
 * Says on stderr what went wrong and what to do; gives the exit that fits it.
 * @param elsewhere The folder that commands to copy must name.
 */
export function reportError(error: unknown, elsewhere?: string): ExitName {
  const thrown = asCliError(error, elsewhere);
  const debug = process.env.CLUSTER_DEBUG === "1";
  if (thrown instanceof CommanderError) {
    // Without a command the help says what is missing.
    if (thrown.code === "commander.help") return "usage";
    say(thrown.message.replace(/^error: /, "cluster: "));
    return "usage";
  }
  if (thrown instanceof CliError) {
    say(`cluster: ${thrown.message}`);
    if (thrown.remedy !== undefined) say(thrown.remedy);
    if (debug) trace(thrown);
    return thrown.exit;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  say(`cluster: unexpected error: ${message}`);
  if (debug) trace(thrown);
  else say(`Run it again with CLUSTER_DEBUG=1 for the details, and tell us: ${ISSUES}`);
  return "internal";
}

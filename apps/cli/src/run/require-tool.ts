import { clusterCommand } from "../command/command-to-copy.ts";
import { setupError } from "../exit/cli-error.ts";
import { shellWord } from "../report/shell-word.ts";
import type { AgentAdapter } from "../tools/tool-entry.ts";

/**
 * Makes sure that a tool can say how it is started before anything is begun. A probe would know more,
 * and take seconds.
 * @throws {CliError} setup, with what to do
 */
export async function requireTool(
  name: string,
  adapter: AgentAdapter,
  cwd: string,
  elsewhere: string | undefined,
): Promise<void> {
  if (adapter.capabilities?.oneShot === true) return;
  try {
    await adapter.command({ index: 0, generation: 0, cwd });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw setupError(
      `The tool ${name} cannot be used: ${reason}`,
      `This says more: ${clusterCommand(`doctor --tool ${shellWord(name)}`, elsewhere)}`,
      cause,
    );
  }
}

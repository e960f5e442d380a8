import {
  type AgentResult,
  type AgentTask,
  inheritedEnvironment,
  type Slot,
  type ToolAdapter,
  type ToolCommand,
  ToolFailure,
} from "@cluster/pool";
import { agentEnvironment } from "./command/environment.ts";
import { prepareStart, startsWith } from "./command/prepare.ts";
import { AcpConnection } from "./connection.ts";
import { findAgent } from "./install/find.ts";
import { refusedLogin } from "./install/login-remedy.ts";
import { type AcpOptions, compileOptions } from "./options.ts";
import { probeOf } from "./probe.ts";
import type { AgentProfile } from "./profiles/profile.ts";
import { type AgentName, profileOf } from "./profiles/table.ts";

/**
 * A coding agent that speaks the Agent Client Protocol, as a tool of a pool: an {@link AgentTask} in, an
 * {@link AgentResult} out. It does not commit; the caller does. It has no one-shot way: an agent shares
 * nothing with others that a task which comes alone would pay for, and its ordinary process can end with it.
 *
 * @param agent One of {@link AGENT_NAMES}, or a profile of one's own: `{ command, arguments }`.
 * @throws {AcpError} OPTION_INVALID, AGENT_UNKNOWN.
 */
export function acpAdapter(
  agent: AgentName | AgentProfile,
  options: AcpOptions = {},
): ToolAdapter<AgentTask, AgentResult> {
  const profile = profileOf(agent);
  const compiled = compileOptions(profile, options);
  const { name, model, executable, extraArguments, policy, permissions, mode, sessionsPerProcess } =
    compiled;
  const { repositorySettings } = compiled;
  const environment = (): Record<string, string> =>
    agentEnvironment(profile, compiled.environment, compiled.home);
  const find = () =>
    findAgent(profile, {
      ...(executable !== null && { executable }),
      environment: { ...process.env, ...compiled.environment },
    });
  return {
    name,
    capabilities: { edits: true, conversation: true, sessionsPerProcess },

    async command(_slot: Slot): Promise<ToolCommand> {
      const inherited = environment();
      const program = await find();
      if (!program.found) {
        // No second try finds what is not there, and the pool knows that of this failure.
        throw new ToolFailure("environment", `${program.reason} ${program.remedy}`);
      }
      const start = await prepareStart(
        name,
        profile,
        inherited,
        { model, repositorySettings },
        extraArguments,
      );
      return { file: program.file, ...start, args: [...program.args, ...start.args] };
    },

    connect: (process, slot) =>
      new AcpConnection(process, slot, {
        name,
        profile,
        policy,
        permissions,
        mode,
        model,
        instructions: repositorySettings === "deny" ? (profile.instructions ?? []) : [],
        startedWith: startsWith(profile, model) ? model : null,
        terminalEnvironment: inheritedEnvironment(),
        loginMethod: profile.login?.method?.(environment()) ?? null,
        refusedLogin: async () => {
          const program = await find();
          return refusedLogin(profile, environment(), program.found ? program : null);
        },
      }),

    async probe() {
      const program = await find();
      if (program.found) return await probeOf(program, profile, environment());
      return { installed: false, reason: program.reason, remedy: program.remedy };
    },
  };
}

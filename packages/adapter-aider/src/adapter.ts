import {
  type AgentResult,
  type AgentTask,
  type Slot,
  type ToolAdapter,
  type ToolCommand,
  ToolFailure,
} from "@cluster/pool";
import { chosenArguments, commandLineArguments } from "./command/arguments.ts";
import { aiderEnvironment, withAuthor } from "./command/environment.ts";
import { mainCheckoutOf } from "./command/main-checkout.ts";
import { settingsArguments } from "./command/settings-arguments.ts";
import { AiderConnection } from "./connection.ts";
import { forkServer } from "./driver/fork-server.ts";
import { driverScript } from "./driver/location.ts";
import type { StartMessage } from "./driver/messages.ts";
import { AiderError } from "./errors/aider-error.ts";
import { findAider } from "./installation/find.ts";
import { type AiderInstallation, inspectAider } from "./installation/inspect.ts";
import { forOneTurn } from "./one-turn.ts";
import { type AiderOptions, type CompiledOptions, compileOptions } from "./options.ts";
import { AiderPrices } from "./pricing/aider-prices.ts";
import { probeInstallation } from "./probe.ts";

/**
 * aider as a tool of a pool: an {@link AgentTask} in, an {@link AgentResult} out. It does not commit;
 * the caller does.
 *
 * @throws {AiderError} OPTION_INVALID.
 */
export function aiderAdapter(options: AiderOptions = {}): ToolAdapter<AgentTask, AgentResult> {
  let installation: Promise<AiderInstallation> | null = null;
  const locate = (): Promise<AiderInstallation> => {
    installation ??= locateAider(options).catch((error: unknown) => {
      installation = null;
      throw error;
    });
    return installation;
  };
  return {
    ...makeAdapter(compileOptions(options), locate),
    // No server that imports and warms up for others: nobody follows.
    oneShot: () => forOneTurn(makeAdapter(compileOptions({ ...options, host: "process" }), locate)),
  };
}

function makeAdapter(
  compiled: CompiledOptions,
  locate: () => Promise<AiderInstallation>,
): ToolAdapter<AgentTask, AgentResult> {
  const { permissions, protocol, retryForMs } = compiled;
  const forks = protocol !== "sentinel" && compiled.host === "fork";
  let prices: Promise<AiderPrices> | null = null;
  const readPrices = async (): Promise<AiderPrices> => {
    const place = {
      folder: compiled.folder,
      environment: aiderEnvironment(compiled.environment),
    };
    return AiderPrices.read(await locate(), chosenArguments(compiled), place);
  };
  return {
    name: "aider",
    capabilities: { edits: true, conversation: true, quickStart: forks },
    ...(forks ? { host: forkServer } : {}),

    async command(slot: Slot): Promise<ToolCommand> {
      const { executable, python } = await locate().catch((error: unknown) => {
        // No second try finds what is not there, and the pool knows that of this failure.
        if (!(error instanceof AiderError)) throw error;
        throw new ToolFailure("environment", error.message, { cause: error });
      });
      const env = aiderEnvironment(compiled.environment);
      const checkout = await mainCheckoutOf(slot.cwd);
      const settings = checkout === null ? [] : await settingsArguments(checkout, slot.cwd);
      if (protocol === "sentinel") {
        const args = [...settings, ...commandLineArguments(compiled)];
        return { file: executable, args, env: await withAuthor(env, slot.cwd) };
      }
      const fallback = protocol === "auto" ? [executable, ...settings] : null;
      const place = JSON.stringify({ settingsFolder: checkout, fallback });
      const shown = [executable, ...chosenArguments(compiled)];
      return { file: python, args: forks ? [place] : [driverScript(), place], env, shown };
    },

    connect(process) {
      const start: StartMessage = {
        type: "start",
        arguments: chosenArguments(compiled),
        retryForMs,
        fallbackArguments: commandLineArguments(compiled),
      };
      return new AiderConnection(process, {
        permissions,
        retryForMs,
        ...(protocol === "sentinel" ? {} : { start }),
      });
    },

    async probe() {
      try {
        return await probeInstallation(await locate(), compiled);
      } catch (error) {
        if (!(error instanceof AiderError)) throw error;
        return { installed: false, reason: error.reason, remedy: error.remedy };
      }
    },

    async priceOf(model) {
      prices ??= readPrices();
      try {
        return (await prices).priceOf(model);
      } catch (error) {
        prices = null;
        // That it is missing is told where somebody wants to use it.
        if (error instanceof AiderError) return null;
        throw error;
      }
    },
  };
}

async function locateAider(options: AiderOptions): Promise<AiderInstallation> {
  if (options.executable !== undefined) return inspectAider(options.executable, "option");
  const found = await findAider();
  if (found.found) return found;
  throw new AiderError(found.code, found.reason, found.remedy);
}

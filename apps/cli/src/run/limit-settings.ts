import type { LimitOptions, Price } from "@cluster/batch";
import type { LimitFlags } from "../command/limit-flags.ts";
import { countOf, usdOf } from "../config/amounts.ts";
import type { ClusterConfig } from "../config/config.ts";
import { durationMs } from "../config/duration.ts";
import { haltOf } from "../config/halt.ts";
import { onQuotaOf } from "../config/on-quota.ts";
import { sizeBytes } from "../config/size.ts";
import { usageError } from "../exit/cli-error.ts";

/** How far a run may go, as it is told; how its first tasks are judged aside. */
export interface LimitSettings {
  readonly options: Omit<LimitOptions, "canary">;
  readonly canary: CanarySettings | null;
}

/** How a run's first tasks are tried. */
export interface CanarySettings {
  readonly tasks: number;
  readonly ask: boolean;
  readonly verify: string | undefined;
}

/** What somebody said; `null` takes back what was said before. */
type Said<Value> = Value | null | undefined;

/** The flag; otherwise the configuration as `read` takes it. */
function either<Value>(
  flag: Said<Value>,
  configured: string | number | undefined,
  read: (text: string) => Said<Value>,
): Value | undefined {
  if (flag !== undefined) return flag ?? undefined;
  return configured === undefined ? undefined : (read(String(configured)) ?? undefined);
}

/** Without what nobody said. */
function said<Options extends object>(
  options: {
    readonly [Key in keyof Options]: Options[Key] | undefined;
  },
): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Options;
}

/**
 * Flags win over the configuration, and that over the defaults.
 * @throws {CliError} usage, when they contradict each other
 */
export function limitSettings(
  flags: LimitFlags,
  config: ClusterConfig,
  prices: Readonly<Record<string, Price>>,
): LimitSettings {
  const reserve = said<NonNullable<LimitOptions["reserve"]>>({
    costUsd: either(flags.reserveCost, config.reserveCost, usdOf),
    tokens: either(flags.reserveTokens, config.reserveTokens, countOf),
  });
  return {
    options: said<Omit<LimitOptions, "canary">>({
      prices,
      reserve,
      onQuota: either(flags.onQuota, config.onQuota, onQuotaOf),
      maxQuotaWaitMs: either(flags.maxQuotaWait, config.maxQuotaWait, durationMs),
      maxCostUsd: either(flags.maxCost, config.maxCost, usdOf),
      maxTokens: either(flags.maxTokens, config.maxTokens, countOf),
      maxTimeMs: either(flags.maxTime, config.maxTime, durationMs),
      halt: either(flags.halt, config.halt, haltOf),
      minFreeMemoryBytes: either(flags.minFreeMemory, config.minFreeMemory, sizeBytes),
      tellFailure: flags.tellFailure ?? config.tellFailure,
    }),
    canary: canarySettings(flags, config),
  };
}

function canarySettings(flags: LimitFlags, config: ClusterConfig): CanarySettings | null {
  const tasks = flags.canary ?? config.canary;
  const ask = flags.canaryAsk ?? false;
  const verify = flags.canaryVerify ?? config.canaryVerify;
  if (tasks === undefined) {
    const named = ask ? "--canary-ask" : flags.canaryVerify && "--canary-verify";
    if (!named) return null;
    throw usageError(`${named} needs --canary.`, "Say how many tasks are tried first: --canary 3.");
  }
  if (ask && flags.canaryVerify !== undefined) {
    throw usageError("--canary-ask and --canary-verify are both set.", "Choose who decides.");
  }
  return { tasks, ask, verify: ask ? undefined : verify };
}

import type { Price } from "../contract/price.ts";
import type { HaltRules } from "../schedule/halting.ts";
import type { OnQuota } from "../schedule/providers.ts";
import type { CanaryOptions, LimitOptions } from "./limit-options.ts";
import { above0, invalid, number, textOrNull, whole, wholeOrNever } from "./option-checks.ts";

/** {@link LimitOptions} with their defaults. */
export interface CompiledLimits {
  readonly onQuota: OnQuota;
  readonly maxQuotaWaitMs: number;
  readonly maxCostUsd: number;
  readonly maxTokens: number;
  readonly maxTimeMs: number;
  readonly reserveCostUsd: number | undefined;
  readonly reserveTokens: number | undefined;
  readonly prices: Readonly<Record<string, Price>>;
  readonly canary: CanaryOptions | null;
  readonly halt: HaltRules;
  readonly minFreeMemoryBytes: number;
  readonly tellFailure: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;

/** @throws {BatchError} OPTION_INVALID */
export function compileLimits(options: LimitOptions & { haltAfter?: number }): CompiledLimits {
  const { reserve = {}, prices = {} } = options;
  for (const [model, price] of Object.entries(prices)) checkPrice(model, price);
  return {
    onQuota: onQuotaOf(options.onQuota ?? "wait"),
    maxQuotaWaitMs: number("maxQuotaWaitMs", options.maxQuotaWaitMs ?? 900_000, 0),
    maxCostUsd: above0("maxCostUsd", options.maxCostUsd ?? NEVER, " of US dollars"),
    maxTokens: above0("maxTokens", options.maxTokens ?? NEVER),
    maxTimeMs: above0("maxTimeMs", options.maxTimeMs ?? NEVER, " of milliseconds"),
    reserveCostUsd:
      reserve.costUsd === undefined ? undefined : above0("reserve.costUsd", reserve.costUsd),
    reserveTokens:
      reserve.tokens === undefined ? undefined : above0("reserve.tokens", reserve.tokens),
    prices,
    canary: canaryOf(options.canary),
    halt: haltOf(options),
    minFreeMemoryBytes: number("minFreeMemoryBytes", options.minFreeMemoryBytes ?? 0, 0),
    tellFailure: options.tellFailure ?? false,
  };
}

function onQuotaOf(given: OnQuota): OnQuota {
  if (given === "wait" || given === "pause") return given;
  if (typeof given === "object" && typeof given?.switchTo === "string" && given.switchTo !== "") {
    return given;
  }
  throw invalid("onQuota", '"wait", "pause" or { switchTo: "<model>" }', given);
}

function canaryOf(given: LimitOptions["canary"]): CanaryOptions | null {
  if (given === undefined) return null;
  const canary = typeof given === "number" ? { tasks: given } : given;
  whole("canary.tasks", canary.tasks, 1);
  textOrNull("canary.verify", canary.verify);
  if (canary.verify !== undefined && canary.judge !== undefined) {
    throw invalid("canary", "either verify or judge", "both");
  }
  return canary;
}

function haltOf({ halt = {}, haltAfter = 3 }: LimitOptions & { haltAfter?: number }): HaltRules {
  const { failures = NEVER, share = NEVER, sameReason = NEVER } = halt;
  if (share !== NEVER && !(share > 0 && share <= 1)) {
    throw invalid("halt.share", "a number above 0, up to 1", share);
  }
  return {
    inRow: wholeOrNever("haltAfter", haltAfter, 1),
    failures: wholeOrNever("halt.failures", failures, 1),
    share,
    sameReason: wholeOrNever("halt.sameReason", sameReason, 1),
  };
}

function checkPrice(model: string, price: Price): void {
  number(`prices["${model}"].inputUsdPerMTok`, price?.inputUsdPerMTok, 0);
  number(`prices["${model}"].outputUsdPerMTok`, price?.outputUsdPerMTok, 0);
}

import type { HaltOptions, OnQuota } from "@cluster/batch";
import { type Command, InvalidArgumentError } from "commander";
import { COUNT_FORM, countOf, USD_FORM, usdOf } from "../config/amounts.ts";
import { DURATION_FORM, durationMs } from "../config/duration.ts";
import { HALT_FORM, haltOf } from "../config/halt.ts";
import { ON_QUOTA_FORM, onQuotaOf } from "../config/on-quota.ts";
import { GROUPS } from "./flag-groups.ts";
import { durationFlag, priceFlag, sizeFlag, textFlag } from "./flag-values.ts";

/** The flags that say how far a run may go, as commander gives them; `null`: no limit any more. */
export interface LimitFlags {
  readonly onQuota?: OnQuota;
  readonly maxQuotaWait?: number;
  readonly maxCost?: number | null;
  readonly maxTokens?: number | null;
  readonly maxTime?: number | null;
  readonly reserveCost?: number | null;
  readonly reserveTokens?: number | null;
  readonly canary?: number;
  readonly canaryAsk?: boolean;
  readonly canaryVerify?: string;
  readonly halt?: HaltOptions;
  readonly minFreeMemory?: number;
  readonly tellFailure?: boolean;
}

/** A flag whose text a function reads; what it does not know is refused with the form it takes. */
function reads<Value>(
  read: (text: string) => Value | undefined,
  form: string,
): (text: string) => Value {
  return (text) => {
    const value = read(text);
    if (value === undefined) throw new InvalidArgumentError(`It takes ${form}.`);
    return value;
  };
}

function timeOrNone(text: string): number | null | undefined {
  return text === "none" ? null : durationMs(text);
}

/** `--max-cost`, which most people want to know of. */
export function withCostLimit(command: Command): Command {
  return command.option(
    "--max-cost <usd>",
    "US dollars at most; needs a price",
    reads(usdOf, USD_FORM),
  );
}

/** Adds how far a run may go; `--canary` and {@link withCostLimit} aside. */
export function withLimitFlags(command: Command): Command {
  return command
    .optionsGroup(GROUPS.trial)
    .option("--canary-ask", "with --canary: ask whether the others follow")
    .option(
      "--canary-verify <command>",
      "with --canary: must succeed on what the first landed",
      textFlag,
    )
    .option(
      "--halt <rules>",
      "give up after so many failures (20), a share (10%), or one reason (same=5); commas between",
      reads(haltOf, HALT_FORM),
    )
    .option(
      "--max-tokens <n>",
      "tokens at most, in and out together: 200000, 1.5M",
      reads(countOf, COUNT_FORM),
    )
    .option(
      "--max-time <time>",
      "begin nothing more after that",
      reads(timeOrNone, `${DURATION_FORM}, or none`),
    )
    .option(
      "--reserve-cost <usd>",
      "what one attempt costs at most (default: 1.5 times the dearest so far)",
      reads(usdOf, USD_FORM),
    )
    .option(
      "--reserve-tokens <n>",
      "what one attempt takes at most (default: 1.5 times the largest so far)",
      reads(countOf, COUNT_FORM),
    )
    .option(
      "--price <[model=]in,out>",
      "US dollars for a million tokens, by model or tool, for --max-cost and the estimate; may be repeated",
      priceFlag,
    )
    .option("--min-free-memory <size>", "with less free, one turn at a time: 2GB", sizeFlag)
    .optionsGroup(GROUPS.quota)
    .option(
      "--on-quota <what>",
      "wait, pause (end, to be resumed) or switch=MODEL (default: wait)",
      reads(onQuotaOf, ON_QUOTA_FORM),
    )
    .option("--max-quota-wait <time>", "the longest single wait (default: 15m)", durationFlag);
}

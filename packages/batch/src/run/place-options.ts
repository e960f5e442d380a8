import { resolve } from "node:path";
import { DELIVERY_MODES, type DeliveryChoice, type Setup } from "@cluster/workspace";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import type { RunOptions } from "./options.ts";

type GivenOptions = Pick<RunOptions, "setup" | "setupTimeoutMs" | "maxWorktreeBytes" | "delivery">;

/** What a run tells the place that its tasks land in. */
export interface PlaceOptions {
  readonly setup?: Setup;
  readonly maxWorktreeBytes?: number;
}

/** @throws {BatchError} OPTION_INVALID for what that place does not have */
export function placeOptions(
  { setup, setupTimeoutMs, maxWorktreeBytes, delivery }: GivenOptions,
  { place }: Site,
): PlaceOptions {
  if (place === "in-place" && setup !== undefined) {
    throw invalid("setup: expected none for a run in place, which makes no worktrees");
  }
  if (place === "in-place" && delivery !== undefined) {
    throw invalid("delivery: expected none for a run in place, whose edits are where they belong");
  }
  const { as = "merge" } = delivery ?? {};
  if (!DELIVERY_MODES.includes(as)) {
    throw invalid(`delivery.as: expected one of ${DELIVERY_MODES.join(", ")}, found ${as}`);
  }
  const timeout = setupTimeoutMs === undefined ? {} : { timeoutMs: setupTimeoutMs };
  return {
    ...(setup === undefined ? {} : { setup: { command: setup, ...timeout } }),
    ...(maxWorktreeBytes === undefined ? {} : { maxWorktreeBytes }),
  };
}

/** Where what a run lands is wanted. Patches go beside whatever else is in the current folder. */
export function wantedDelivery(
  run: string,
  { as = "merge", folder }: DeliveryChoice = {},
): DeliveryChoice {
  return as === "patches" ? { as, folder: resolve(folder ?? `cluster-${run}`) } : { as };
}

function invalid(message: string): BatchError {
  return new BatchError("OPTION_INVALID", `${message}.`);
}

import type { Setup } from "@cluster/workspace";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import type { RunOptions } from "./options.ts";

/** What a run tells the place that its tasks land in. */
export interface PlaceOptions {
  readonly setup?: Setup;
}

/** @throws {BatchError} OPTION_INVALID for what that place does not have */
export function placeOptions(
  { setup, setupTimeoutMs }: Pick<RunOptions, "setup" | "setupTimeoutMs">,
  { place }: Site,
): PlaceOptions {
  if (setup === undefined) return {};
  if (place === "in-place") {
    throw new BatchError(
      "OPTION_INVALID",
      "setup: expected none for a run in place, which makes no worktrees that would have to be set up.",
    );
  }
  return {
    setup: {
      command: setup,
      ...(setupTimeoutMs === undefined ? {} : { timeoutMs: setupTimeoutMs }),
    },
  };
}

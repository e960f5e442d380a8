import { isAvoided } from "../choosing/avoid.ts";
import type { Strategy } from "./strategy.ts";

/**
 * Late binding: the first instance that is free, else `null`, so that the request waits in the one
 * queue that all instances take from. Nobody waits behind a slow turn while another one is idle.
 */
export const sharedQueue: Strategy = {
  name: "shared-queue",
  pick(candidates, request) {
    let lastResort = null;
    for (const candidate of candidates) {
      if (candidate.inFlight > 0) continue;
      if (!isAvoided(candidate, request)) return candidate;
      lastResort ??= candidate;
    }
    return lastResort;
  },
};

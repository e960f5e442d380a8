import { randomInt } from "node:crypto";

const RADIX = 36;
/** 2020-01-01, so that six characters last until 2088. */
const EPOCH_MS = 1_577_836_800_000;

/** A short name for a run: six characters of time, which sort, and two of chance. */
export function newRunId(now: number): string {
  const seconds = Math.floor((now - EPOCH_MS) / 1000);
  const time = Math.max(0, seconds).toString(RADIX).padStart(6, "0");
  const chance = randomInt(RADIX ** 2)
    .toString(RADIX)
    .padStart(2, "0");
  return time + chance;
}

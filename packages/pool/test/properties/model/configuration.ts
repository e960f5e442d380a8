import fc from "fast-check";
import type { ReleaseMode } from "../../../src/index.ts";

/** Deadlines that only a jump of the clock reaches. */
export const START_TIMEOUT_MS = 120_000;
export const TURN_TIMEOUT_MS = 60_000;
export const IDLE_TIMEOUT_MS = 30_000;
export const RESTART_PERIOD_MS = 20_000;
export const PING_INTERVAL_MS = 40_000;
export const PING_TIMEOUT_MS = 25_000;
/** A flood is over it soon. */
export const MAX_TURN_BYTES: number = 16 * 1024;

/** One kind of pool, and of tool. */
export interface Configuration {
  readonly size: number;
  readonly start: "eager" | "lazy";
  readonly startConcurrency: number;
  readonly maxQueue: number;
  readonly afterTurn: ReleaseMode;
  readonly intensity: number;
  readonly spares: number;
  /** Each instance has a folder of its own, and its spare too. */
  readonly folders: boolean;
  /** When a process has served long enough: after so many turns, or milliseconds. */
  readonly recycle: { readonly turns?: number; readonly ageMs?: number };
  readonly pings: boolean;
  /** The tool does not suffer a second process in its folder: no spares. */
  readonly exclusive: boolean;
  /** What the tool's protocol can do. */
  readonly cancels: boolean;
  readonly resets: boolean;
  /** How it ends: with what is open, or after a drain. */
  readonly ending: "shutdown" | "drain";
}

export const configurations: fc.Arbitrary<Configuration> = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  start: often<"eager" | "lazy">("eager", "lazy"),
  startConcurrency: fc.constantFrom(1, 2, 8),
  maxQueue: often(Number.POSITIVE_INFINITY, 0, 2),
  afterTurn: often<ReleaseMode>("keep", "reset", "replace"),
  intensity: often(3, 0, 1),
  spares: often(0, 1, 2),
  folders: fc.boolean(),
  recycle: often<Configuration["recycle"]>({}, { turns: 1 }, { turns: 3 }, { ageMs: 25_000 }),
  pings: fc.boolean(),
  exclusive: often(false, true),
  cancels: fc.boolean(),
  resets: fc.boolean(),
  ending: fc.constantFrom("shutdown", "drain"),
});

/** The first value most of the time. */
function often<Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { arbitrary: fc.constant(usual), weight: 3 },
    { arbitrary: fc.constantFrom(...others), weight: 2 },
  );
}

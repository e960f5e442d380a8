/**
 * How an instance is. Whether it is at work is another axis: see {@link Occupancy}.
 * - `idle`: no process, none wanted yet (a one-shot tool between turns, or before the first start)
 * - `starting`, `ready`, `stopping`: as its process
 * - `backoff`: waiting before the next start, after a crash
 * - `stopped`: by the caller; `start` brings it back
 * - `failed`: the restart budget is spent; `restart` brings it back
 */
export type InstanceState =
  | "idle"
  | "starting"
  | "ready"
  | "stopping"
  | "backoff"
  | "stopped"
  | "failed";

/** Whether an instance is at work. */
export type Occupancy = "free" | "leased" | "resetting";

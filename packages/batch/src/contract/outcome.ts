/** How a task can end. Read from what changed, never from what the tool claims. */
export const OUTCOMES = [
  "landed",
  "no-change",
  "unproven",
  "verify-failed",
  "conflict",
  "timeout",
  "quota",
  "budget",
  "tool-error",
  "infra-error",
  "skipped",
  "cancelled",
] as const;

/**
 * - `landed`: its commit is on the run's branch
 * - `no-change`: the turn ended well and the diff is empty
 * - `unproven`: neither the tool's proof nor a diff shows a success
 * - `verify-failed`: the verify command refused the edit
 * - `conflict`: the edit does not fit the run's branch; its commit is parked under a ref
 * - `timeout`, `quota`, `tool-error`: the tool's failure, by class
 * - `infra-error`: ours or the machine's: git, disk, a lock
 * - `budget`, `skipped`, `cancelled`: never tried, or stopped
 */
export type Outcome = (typeof OUTCOMES)[number];

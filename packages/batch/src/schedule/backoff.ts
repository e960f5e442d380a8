/** How long to wait before a retry. */
export interface BackoffOptions {
  /** The first wait, in milliseconds; it doubles each time. */
  readonly firstMs: number;
  readonly maxMs: number;
  /** Between 0 and 1, so that tasks that failed together do not come back together. */
  readonly random: () => number;
}

/** The wait before the `nth` retry, counted from 1: between half and the whole of the doubled first wait. */
export function backoffMs(nth: number, options: BackoffOptions): number {
  const whole = Math.min(options.maxMs, options.firstMs * 2 ** (nth - 1));
  return Math.round(whole * (0.5 + options.random() / 2));
}

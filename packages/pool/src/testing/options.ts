import type { PoolOptions } from "../pool/options.ts";

/** How promises are tried. Times are in milliseconds. */
export interface ConformanceOptions<Request, Result> {
  /** Options for every pool: `startTimeoutMs`, `interruptTimeoutMs`, `secrets`, say. */
  readonly pool?: Partial<
    Omit<PoolOptions<Request, Result>, "adapter" | "size" | "spares" | "cwd" | "pingIntervalMs">
  >;
  /** The folder to work in, which nothing else works in meanwhile. @default a new one, removed in the end */
  readonly cwd?: string;
  /** How long a request that works may take. @default 60_000 */
  readonly turnTimeoutMs?: number;
  /** How long one promise may take: whatever takes longer counts as broken. @default 120_000 */
  readonly promiseTimeoutMs?: number;
  /** How many turns follow one another where that is tried. @default 8 */
  readonly turnsInRow?: number;
  /** How long a stopped process may seem alive. @default 2_000 */
  readonly pingTimeoutMs?: number;
  /** How long a slow request is left at work; four times that, where it says nothing. @default 250 */
  readonly settleMs?: number;
}

/** With defaults. */
export interface CompiledConformance<Request, Result> {
  readonly pool: NonNullable<ConformanceOptions<Request, Result>["pool"]>;
  readonly cwd: string | null;
  readonly turnTimeoutMs: number;
  readonly promiseTimeoutMs: number;
  readonly turnsInRow: number;
  readonly pingTimeoutMs: number;
  readonly settleMs: number;
}

export function compileConformance<Request, Result>(
  options: ConformanceOptions<Request, Result>,
): CompiledConformance<Request, Result> {
  return {
    pool: options.pool ?? {},
    cwd: options.cwd ?? null,
    turnTimeoutMs: options.turnTimeoutMs ?? 60_000,
    promiseTimeoutMs: options.promiseTimeoutMs ?? 120_000,
    turnsInRow: options.turnsInRow ?? 8,
    pingTimeoutMs: options.pingTimeoutMs ?? 2_000,
    settleMs: options.settleMs ?? 250,
  };
}

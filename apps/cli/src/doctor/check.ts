/** What one check found. */
export interface CheckResult {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly found: string;
  /** What to do; `null` when nothing is to be done. */
  readonly remedy: string | null;
}

/** A check that found what it wants. */
export function ok(name: string, found: string): CheckResult {
  return { name, status: "ok", found, remedy: null };
}

/** A check that found something that works but is not as it should be. */
export function warn(name: string, found: string, remedy: string): CheckResult {
  return { name, status: "warn", found, remedy };
}

/** A check that did not find what a run needs. */
export function fail(name: string, found: string, remedy: string): CheckResult {
  return { name, status: "fail", found, remedy };
}

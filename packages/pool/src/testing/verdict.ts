/** What was found of a promise. */
export type Verdict =
  | { readonly kind: "kept" }
  /** The adapter does not do what the contract says. `reason` says what was expected and found. */
  | { readonly kind: "broken"; readonly reason: string; readonly cause?: unknown }
  /** It cannot be said: a sample is missing, or what it shows does not suffice. */
  | { readonly kind: "not-shown"; readonly reason: string }
  /** The adapter does not claim it: its connections have no `ping`, say. */
  | { readonly kind: "not-offered"; readonly reason: string };

/** Thrown where a promise is found broken. */
export class BrokenPromise extends Error {
  override readonly name: string = "BrokenPromise";
}

/** Thrown where a promise cannot be tried. */
export class NotTried extends Error {
  override readonly name: string = "NotTried";
  readonly kind: "not-shown" | "not-offered";

  constructor(kind: "not-shown" | "not-offered", reason: string) {
    super(reason);
    this.kind = kind;
  }
}

export function broken(reason: string, cause?: unknown): never {
  throw new BrokenPromise(reason, cause === undefined ? undefined : { cause });
}

export function notOffered(reason: string): never {
  throw new NotTried("not-offered", reason);
}

export function notShown(reason: string): never {
  throw new NotTried("not-shown", reason);
}

/** What somebody threw, in one sentence, with its code. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as { readonly code?: unknown };
  return typeof code === "string" ? `${code}: ${thrown.message}` : thrown.message;
}

import { BatchError } from "../errors/batch-error.ts";

export function whole(name: string, value: number, atLeast: number): number {
  if (Number.isSafeInteger(value) && value >= atLeast) return value;
  throw invalid(name, `a whole number of at least ${atLeast}`, value);
}

/** As {@link whole}, or `Infinity`. */
export function wholeOrNever(name: string, value: number, atLeast: number): number {
  return value === Number.POSITIVE_INFINITY ? value : whole(name, value, atLeast);
}

export function number(name: string, value: number, atLeast: number): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= atLeast) return value;
  throw invalid(name, `a number of at least ${atLeast}`, value);
}

/** Of something that there must be some of. `Infinity`: as much as it takes. */
export function above0(name: string, value: number, unit = ""): number {
  if (typeof value === "number" && value > 0) return value;
  throw invalid(name, `a number${unit} above 0, or Infinity`, value);
}

export function duration(name: string, value: number): number {
  return above0(name, value, " of milliseconds");
}

export function textOrNull(name: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && value.trim() !== "") return value;
  throw invalid(name, "a text that is not empty", value);
}

export function texts(name: string, values: readonly string[]): readonly string[] {
  if (Array.isArray(values) && values.every((value) => typeof value === "string")) return values;
  throw invalid(name, "a list of texts", values);
}

export function invalid(name: string, expected: string, found: unknown): BatchError {
  const shown = typeof found === "string" ? JSON.stringify(found) : String(found);
  return new BatchError(
    "OPTION_INVALID",
    `${name}: expected ${expected}, found ${typeof found} ${shown}.`,
  );
}

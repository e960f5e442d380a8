/** Shorter values are not taken for secrets: they would tear ordinary text apart. */
const MIN_LENGTH = 6;

/**
 * Makes a function that replaces secrets in text by `[redacted]`, as they are and as JSON writes them.
 * Of a secret of several lines each line counts. Values of fewer than 6 characters are not replaced.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const values = patterns(secrets);
  if (values.length === 0) return (text) => text;
  return (text) => {
    let result = text;
    for (const value of values) result = result.replaceAll(value, "[redacted]");
    return result;
  };
}

/** A redactor, what it looks for, and how long that may be. */
export interface Redaction {
  readonly redact: (text: string) => string;
  /** The longest first. */
  readonly patterns: readonly string[];
  /** The length of the longest secret; 0 when there is none. */
  readonly longest: number;
}

export function redaction(secrets: readonly string[]): Redaction {
  const all = patterns(secrets);
  return { redact: redactor(secrets), patterns: all, longest: all[0]?.length ?? 0 };
}

function patterns(secrets: readonly string[]): readonly string[] {
  const lines = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]);
  const forms = lines.flatMap((line) => [line, JSON.stringify(line).slice(1, -1)]);
  // The longest first: one secret may be the beginning of another.
  return [...new Set(forms)]
    .filter((value) => value.length >= MIN_LENGTH)
    .sort((one, other) => other.length - one.length);
}

/** Replaces secrets in text. Values of fewer than 6 characters are not taken for secrets. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  // The longest first: one secret may be the beginning of another.
  const values = secrets.filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
  if (values.length === 0) return (text) => text;
  return (text) => {
    let result = text;
    for (const value of values) result = result.replaceAll(value, "[redacted]");
    return result;
  };
}

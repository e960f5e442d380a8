/** Values shorter than this are not taken for secrets: they would blank out half of every text. */
const SHORTEST_SECRET = 6;

/** Makes a function that replaces secrets in every string of plain data, keys aside. */
export function redactorOf(secrets: readonly string[]): <Data>(data: Data) => Data {
  // The longest first: one secret may be the beginning of another.
  const values = secrets
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return (data) => data;
  const inText = (text: string): string =>
    values.reduce((result, value) => result.replaceAll(value, "[redacted]"), text);
  return (data) => redact(data, inText) as typeof data;
}

function redact(data: unknown, inText: (text: string) => string): unknown {
  if (typeof data === "string") return inText(data);
  if (Array.isArray(data)) return data.map((item) => redact(item, inText));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, redact(value, inText)]),
  );
}

import { redactor } from "@cluster/manager";

/** Makes a function that replaces secrets in every string of plain data, keys aside. */
export function redactorOf(secrets: readonly string[]): <Data>(data: Data) => Data {
  if (secrets.length === 0) return (data) => data;
  const inText = redactor(secrets);
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

import type { Per } from "@cluster/batch";

/** What {@link perOf} takes, for messages. */
export const PER_FORM = "file, folder or chunk=N, such as chunk=5";

/** Which files make a task; `undefined` when the text does not say so. */
export function perOf(text: string): Per | undefined {
  if (text === "file" || text === "folder") return text;
  const chunk = Number(/^chunk=(\d+)$/.exec(text)?.[1] ?? 0);
  return Number.isSafeInteger(chunk) && chunk > 0 ? { chunk } : undefined;
}

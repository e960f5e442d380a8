import type { FailureClass } from "@cluster/pool";
import { record } from "../proof/usage.ts";

const NAMES = ["statusCode", "status", "httpStatusCode", "http_status_code", "code"];
const IN_WORDS = /(?:status|http|code|error|api)\D{0,12}([45]\d\d)\b/i;
const MAX_DEPTH = 6;

/** The status of HTTP that an error tells of; null where there is none. */
export function statusOf(code: number | null, data: unknown, text: string): number | null {
  if (isStatus(code)) return code;
  const inData = statusIn(data, MAX_DEPTH);
  if (inData !== null) return inData;
  const [, words] = IN_WORDS.exec(text) ?? [];
  return words === undefined ? null : Number(words);
}

/** What a status says by itself; null where it depends on the words. */
export function classOfStatus(status: number): FailureClass | null {
  if (status === 401 || status === 403) return "auth";
  if (status === 402 || status === 429) return "quota";
  if (status === 408 || status >= 500) return "overload";
  return status === 413 ? "context" : null;
}

function statusIn(value: unknown, depth: number): number | null {
  if (typeof value !== "object" || value === null || depth === 0) return null;
  const values = record(value);
  for (const name of NAMES) {
    const found = Number(values[name]);
    if (isStatus(found)) return found;
  }
  for (const inner of Object.values(values)) {
    const found = statusIn(inner, depth - 1);
    if (found !== null) return found;
  }
  return null;
}

function isStatus(code: number | null): code is number {
  return code !== null && Number.isInteger(code) && code >= 400 && code < 600;
}

import type { FailureClass } from "@cluster/pool";
import type { AgentProfile, ReportedError } from "../profiles/profile.ts";
import { retryAfterOf } from "./retry-after.ts";
import { classOfStatus, statusOf } from "./status.ts";

const MAX_TEXT = 2_000;
/** JSON-RPC's code of ACP for an agent that wants somebody to log in. */
const AUTH_REQUIRED = -32_000;

/** An error of an agent, in words that are the same for all of them. */
export interface ClassifiedError {
  readonly failureClass: FailureClass;
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

/** What providers and agents say, where they tell no status; the first that fits. */
const WORDS: readonly (readonly [FailureClass, RegExp])[] = [
  [
    "quota",
    /rate[ _-]?limit|quota|usage[ _-]?limit|credit balance|resource_?exhausted|too many requests|billing/i,
  ],
  [
    "auth",
    /unauthori[sz]ed|(api|access)[ _-]?(key|token)|authenticat|not logged in|log ?in|credential/i,
  ],
  [
    "context",
    /context[ _-]?(length|window)|maximum context|prompt is too long|too many tokens|token limit|ContextOverflow/i,
  ],
  [
    "environment",
    /model[^.]{0,60}(not found|not exist|not supported|unknown)|(unknown|no such|invalid) model|ModelNotFound|\bENOENT\b|\bENOSPC\b/i,
  ],
  [
    "overload",
    /overload|internal[ _]server[ _]error|high demand|bad gateway|unavailable|disconnected|connection|socket|ECONN|fetch failed|stream|terminated|time[d ]?out|premature/i,
  ],
  ["refused", /content[ _-]?(policy|filter)|safety|refus/i],
];

/** What kind of failure an agent reports, and in what words. */
export function classify(error: ReportedError, known?: AgentProfile["failure"]): ClassifiedError {
  const { code, message, data } = error;
  const details = detailsOf(data);
  const text = (details.includes(message) ? details : `${message} ${details}`).trim();
  const fallback = code === AUTH_REQUIRED ? "auth" : "crash";
  return classified(known?.(error) ?? classOf(code, data, text) ?? fallback, text);
}

/** By an agent's words alone; `unproven` where they say nothing. */
export function classifyWords(words: string): ClassifiedError {
  const text = words.trim();
  return classified(classOf(null, null, text) ?? "unproven", text);
}

function classOf(code: number | null, data: unknown, text: string): FailureClass | null {
  const status = statusOf(code, data, text);
  const byStatus = status === null ? null : classOfStatus(status);
  return byStatus ?? WORDS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

function classified(failureClass: FailureClass, text: string): ClassifiedError {
  const retryAfterMs = failureClass === "quota" ? retryAfterOf(text) : undefined;
  return { failureClass, retryAfterMs, text: text.slice(0, MAX_TEXT) };
}

/** Whatever an error holds beside its message, as one line. */
function detailsOf(data: unknown): string {
  if (data === undefined || data === null) return "";
  return typeof data === "string" ? data : JSON.stringify(data);
}

import type { PoolEvent } from "./pool-event.ts";

/** Takes secrets out of every text of an event, each by itself: see ProgressRedactor for pieces of one. */
export function redactEvent(event: PoolEvent, redact: (text: string) => string): PoolEvent {
  return redactValue(event, redact) as PoolEvent;
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, redactValue(item, redact)]),
  );
}

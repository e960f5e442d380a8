import type { AgentAdapter } from "./tool-entry.ts";

/** Whether a value has what every adapter has: a name, `command` and `connect`. */
export function isAdapter(value: unknown): value is AgentAdapter {
  if (typeof value !== "object" || value === null) return false;
  const { name, command, connect } = value as Partial<Record<keyof AgentAdapter, unknown>>;
  return typeof name === "string" && typeof command === "function" && typeof connect === "function";
}

import type { Evidence, ToolPart } from "../contract/evidence.ts";
import { addSpending, NOTHING_SPENT } from "./spending.ts";

/** What one attempt adds to its tool's part. */
export function partOf(evidence: Evidence): ToolPart {
  const { tool = "", tookMs = 0 } = evidence;
  return { tool, attempts: 1, tookMs, spent: addSpending(NOTHING_SPENT, evidence) };
}

/** Adds parts tool by tool. */
export function addParts(all: readonly ToolPart[], more: readonly ToolPart[]): readonly ToolPart[] {
  const parts = new Map(all.map((part) => [part.tool, part]));
  for (const part of more) {
    const before = parts.get(part.tool);
    parts.set(
      part.tool,
      before === undefined
        ? part
        : {
            tool: part.tool,
            attempts: before.attempts + part.attempts,
            tookMs: before.tookMs + part.tookMs,
            spent: addSpending(before.spent, part.spent),
          },
    );
  }
  return [...parts.values()];
}

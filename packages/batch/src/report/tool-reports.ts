import type { TaskOutcome } from "../contract/evidence.ts";
import type { ToolReport } from "../contract/report.ts";
import { addParts } from "./by-tool.ts";

/** Adds a task that has ended to what each tool did. */
export function addToTools(
  reports: readonly ToolReport[],
  { outcome, evidence, byTool = [] }: TaskOutcome,
): readonly ToolReport[] {
  if (byTool.length === 0) return reports;
  const last = evidence.tool ?? byTool.at(-1)?.tool;
  const before = new Map(reports.map((report) => [report.tool, report]));
  return addParts(reports, byTool).map((part): ToolReport => {
    const { counts = {}, passedOn = 0 } = before.get(part.tool) ?? {};
    const hadIt = byTool.some(({ tool }) => tool === part.tool);
    return {
      ...part,
      counts: part.tool === last ? { ...counts, [outcome]: (counts[outcome] ?? 0) + 1 } : counts,
      passedOn: passedOn + (hadIt && part.tool !== last ? 1 : 0),
    };
  });
}

import type { Verdict } from "./verdict.ts";

/** What was found of a promise, by its id. */
export type Findings = ReadonlyMap<string, Verdict>;

/**
 * What a run has shown of an adapter, in a few lines: a reporter that leaves skipped tests out would make
 * little of a promise that was never tried.
 */
export function summaryOf(name: string, findings: Findings): string {
  const count = (kind: Verdict["kind"]): number =>
    [...findings.values()].filter((verdict) => verdict.kind === kind).length;
  const broken = count("broken");
  return [
    `The adapter "${name}" keeps ${count("kept")} of ${findings.size} promises${broken > 0 ? ` and breaks ${broken}` : ""}.`,
    ...reasons(findings, "not-shown", "not shown"),
    ...reasons(findings, "not-offered", "not offered"),
  ].join("\n");
}

/** A line for all that have one verdict, by its reason. */
function reasons(
  findings: Findings,
  kind: "not-shown" | "not-offered",
  shown: string,
): readonly string[] {
  const ids = new Map<string, string[]>();
  for (const [id, verdict] of findings) {
    if (verdict.kind !== kind) continue;
    const reason = verdict.reason.replace(/\b(samples\.fails)\.\w+/, "$1.…");
    ids.set(reason, [...(ids.get(reason) ?? []), id]);
  }
  if (ids.size === 0) return [];
  const parts = [...ids].map(([reason, of]) => `${of.join(", ")} (${reason})`);
  return [`  ${shown}: ${parts.join("; ")}`];
}

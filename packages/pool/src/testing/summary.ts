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
  const head = `The adapter "${name}" keeps ${count("kept")} of ${findings.size} promises${broken > 0 ? ` and breaks ${broken}` : ""}.`;
  const behind = [...findings.values()].find(isBehindBroken);
  // What samples are missing, and what is not claimed, is of no use yet.
  if (behind !== undefined) return `${head}\n  not tried: the others, since ${behind.reason}`;
  return [
    head,
    ...reasons(findings, "not-shown", "not shown"),
    ...reasons(findings, "not-offered", "not offered"),
  ].join("\n");
}

/** Whether it was not tried because a promise that all others rest on is broken. */
function isBehindBroken(verdict: Verdict): verdict is Extract<Verdict, { kind: "not-shown" }> {
  return verdict.kind === "not-shown" && verdict.reason.endsWith(" is broken");
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

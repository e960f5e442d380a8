import { columnsOf } from "../progress/columns.ts";
import { padTo, printable } from "../progress/fit.ts";
import { wrapWords } from "../report/wrap-words.ts";
import type { CheckResult } from "./check.ts";

/** A table, with what to do below each line that asks for it. Pure. */
export function renderChecks(checks: readonly CheckResult[], columns: number): string {
  const rows = checks.map(({ name, status, found }) => [status, name, found].map(printable));
  const all = [["state", "check", "found"], ...rows];
  const [state, check] = [0, 1].map((at) =>
    Math.max(...all.map((row) => columnsOf(row[at] ?? ""))),
  );
  const lines = all.map(([first = "", second = "", found = ""]) =>
    hanging(`${padTo(first, state ?? 0)}  ${padTo(second, check ?? 0)}  `, found, columns),
  );
  const remedies = checks.map(({ remedy }) =>
    remedy === null ? [] : hanging("       → ", printable(remedy), columns),
  );
  return lines.flatMap((row, place) => [...row, ...(remedies[place - 1] ?? [])]).join("\n");
}

/** A text beside its head, in its own columns. */
function hanging(head: string, text: string, columns: number): string[] {
  const indent = columnsOf(head);
  // In a terminal as narrow as that, lines break anyway.
  const [first = "", ...others] = wrapWords(text, Math.max(20, columns - indent));
  return [`${head}${first}`.trimEnd(), ...others.map((line) => " ".repeat(indent) + line)];
}

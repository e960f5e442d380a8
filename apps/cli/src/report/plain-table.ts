import { columnsOf } from "../progress/columns.ts";
import { padTo } from "../progress/fit.ts";

const BETWEEN = "  ";

/** Rows in aligned columns, without borders or colours: easy to read, to cut and to search. */
export function plainTable(
  rows: readonly (readonly string[])[],
  head: readonly string[] = [],
): string {
  const all = head.length === 0 ? rows : [head, ...rows];
  const widths: number[] = [];
  for (const row of all) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, columnsOf(cell));
    }
  }
  return all
    .map((row) =>
      row
        .map((cell, i) => padTo(cell, widths[i] ?? 0))
        .join(BETWEEN)
        .trimEnd(),
    )
    .join("\n");
}

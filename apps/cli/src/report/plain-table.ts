import { columnsOf } from "../progress/columns.ts";
import { padTo } from "../progress/fit.ts";
import { wrapWords } from "./wrap-words.ts";

type Row = readonly string[];

const BETWEEN = "  ";
/** With fewer columns beside its name, a value has lines of its own. */
const LEAST_VALUE_COLUMNS = 16;

/**
 * Rows in aligned columns, without borders or colours: easy to read, to cut and to search.
 * @param columns of the terminal: what does not fit is told below its row. Absent: any number
 */
export function plainTable(
  rows: readonly Row[],
  head: Row = [],
  columns: number = Number.POSITIVE_INFINITY,
): string {
  const all = head.length === 0 ? rows : [head, ...rows];
  const widths = widthsOf(all);
  if (head.length === 0 && widths.length === 2) return named(rows, widths, columns).join("\n");
  const fitting = howManyFit(widths, columns);
  const lines = all.flatMap((row, place) => {
    const below = head.length > 0 && place === 0 ? [] : row.slice(fitting);
    return [aligned(row.slice(0, fitting), widths), ...indented(below, columns)];
  });
  return lines.join("\n");
}

function widthsOf(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, columnsOf(cell));
  }
  return widths;
}

/** How many columns of the table there is room for; one at least. */
function howManyFit(widths: readonly number[], columns: number): number {
  let used = -BETWEEN.length;
  const tooWide = widths.findIndex((width) => {
    used += BETWEEN.length + width;
    return used > columns;
  });
  return tooWide < 0 ? widths.length : Math.max(1, tooWide);
}

function aligned(row: Row, widths: readonly number[]): string {
  return row
    .map((cell, i) => padTo(cell, widths[i] ?? 0))
    .join(BETWEEN)
    .trimEnd();
}

function indented(cells: Row, columns: number): string[] {
  return cells
    .filter((cell) => cell !== "")
    .flatMap((cell) => wrapWords(cell, columns - BETWEEN.length))
    .map((line) => BETWEEN + line);
}

/** Values beside their names, each in its own columns. */
function named(rows: readonly Row[], widths: readonly number[], columns: number): string[] {
  const indent = (widths[0] ?? 0) + BETWEEN.length;
  const room = columns - indent;
  return rows.flatMap(([name = "", value = ""]) => {
    if (room < LEAST_VALUE_COLUMNS) return [name, ...indented([value], columns)];
    const [first = "", ...others] = wrapWords(value, room);
    return [
      `${padTo(name, indent)}${first}`.trimEnd(),
      ...others.map((line) => " ".repeat(indent) + line),
    ];
  });
}

/** The columns of a terminal; any number where the output is no terminal. */
export function columnsFor(stream: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number {
  return stream.isTTY === true ? (stream.columns ?? 80) : Number.POSITIVE_INFINITY;
}

import { CsvError, type Info, parse } from "csv-parse/sync";
import { listError } from "./list-problems.ts";
import type { ListContent, ListRow } from "./list-row.ts";

interface Line {
  readonly record: readonly string[];
  readonly info: Info;
}

/** Reads CSV, or with a tab TSV: the first line names the columns. @throws {BatchError} LIST_INVALID */
export function readCsv(text: string, name: string, delimiter: "," | "\t"): ListContent {
  const [header, ...lines] = linesOf(text, name, delimiter);
  if (header === undefined) return { rows: [], cells: true };
  const columns = columnsOf(header.record, name);
  const rows = lines.map(({ record, info }): ListRow => {
    // A line number is that of the record's end.
    const at = `${name}:${info.lines - record.join("").split("\n").length + 1}`;
    const cells = columns.flatMap((column, i): [string, string][] => {
      const cell = record[i] ?? "";
      return cell.trim() === "" ? [[column, ""]] : [[column, cell]];
    });
    return {
      values: new Map(cells),
      at: (field) => (field === undefined ? at : `${at}, column "${field}"`),
    };
  });
  return { rows, cells: true };
}

function linesOf(text: string, name: string, delimiter: string): readonly Line[] {
  try {
    return parse(text, {
      delimiter,
      info: true,
      skip_empty_lines: true,
      // Many programs write TSV without any rule for quotes.
      relax_quotes: delimiter === "\t",
    }) as unknown as readonly Line[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { lines } = cause as CsvError & { readonly lines?: number };
    const at = lines === undefined ? name : `${name}:${lines}`;
    throw listError([{ at, message: `${explain(cause)}.` }], cause);
  }
}

function explain({ code, message }: CsvError): string {
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quote is opened and never closed";
  const counts = /expect (\d+), got (\d+)/.exec(message);
  if (counts !== null) {
    return `expected ${counts[1]} cells, as many as the first line has, found ${counts[2]}. A cell with a comma or a line break stands in quotes`;
  }
  if (code === "INVALID_OPENING_QUOTE" || code === "CSV_INVALID_CLOSING_QUOTE") {
    return `${message}. A cell with a quote in it stands in quotes, and doubles the quote`;
  }
  return message;
}

function columnsOf(header: readonly string[], name: string): string[] {
  const columns = header.map((column) => column.trim());
  for (const [i, column] of columns.entries()) {
    const at = `${name}:1`;
    if (column === "") {
      throw listError([{ at, message: `expected a name for column ${i + 1}, found none.` }]);
    }
    if (columns.indexOf(column) < i) {
      throw listError([{ at, message: `the column "${column}" is there twice.` }]);
    }
  }
  return columns;
}

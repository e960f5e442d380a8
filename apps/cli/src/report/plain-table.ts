import Table from "cli-table3";

const NOTHING = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** Rows in aligned columns, without borders or colours: easy to read, to cut and to search. */
export function plainTable(
  rows: readonly (readonly string[])[],
  head: readonly string[] = [],
): string {
  const table = new Table({
    chars: NOTHING,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    ...(head.length === 0 ? {} : { head: [...head] }),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

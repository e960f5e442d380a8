import { stripVTControlCharacters } from "node:util";
import { columnsOf } from "./columns.ts";
import { SYMBOLS } from "./symbols.ts";

const { ellipsis: ELLIPSIS } = SYMBOLS;

let graphemes: Intl.Segmenter | undefined;

/** `text` with nothing in it that could move a terminal's cursor: a file may have any name. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, " ");
}

function takeWhileFits(parts: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const part of parts) {
    used += columnsOf(part);
    if (used > columns) break;
    taken.push(part);
  }
  return taken;
}

function split(text: string): string[] {
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

/** Cuts `text` at `columns`, with an ellipsis in the place of its end. */
export function fitEnd(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (columnsOf(text) <= columns) return text;
  return `${takeWhileFits(split(text), columns - ELLIPSIS.length).join("")}${ELLIPSIS.slice(0, columns)}`;
}

/** Cuts `text` at `columns`, with an ellipsis in the place of its start: the end of a path says most. */
export function fitStart(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (columnsOf(text) <= columns) return text;
  return `${ELLIPSIS.slice(0, columns)}${takeWhileFits(
    split(text).reverse(),
    columns - ELLIPSIS.length,
  )
    .reverse()
    .join("")}`;
}

/** Fills `text` with spaces up to `columns`. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** A message of several lines as one, cut where nobody reads on. */
export function oneLine(text: string, columns = 240): string {
  return fitEnd(printable(text.trim()).replace(/\s+/g, " "), columns);
}

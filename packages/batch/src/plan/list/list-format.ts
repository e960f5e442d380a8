import { BatchError } from "../../errors/batch-error.ts";
import type { ListContent } from "./list-row.ts";

/** How a list of tasks may be written. */
export const LIST_FORMATS = ["jsonl", "csv", "tsv", "yaml", "json"] as const;

/** One of {@link LIST_FORMATS}. */
export type ListFormat = (typeof LIST_FORMATS)[number];

const ENDINGS: Readonly<Record<string, ListFormat>> = { ndjson: "jsonl", yml: "yaml" };

type Reader = (text: string, name: string) => Promise<ListContent>;

/** Each is loaded when it is needed: most runs have no list. */
const READERS: Readonly<Record<ListFormat, Reader>> = {
  jsonl: async (text, name) => (await import("./read-json-lines.ts")).readJsonLines(text, name),
  csv: async (text, name) => (await import("./read-csv.ts")).readCsv(text, name, ","),
  tsv: async (text, name) => (await import("./read-csv.ts")).readCsv(text, name, "\t"),
  yaml: async (text, name) => (await import("./read-yaml.ts")).readYaml(text, name),
  json: async (text, name) => (await import("./read-json.ts")).readJson(text, name),
};

/** The format that a file's name tells by its ending. @throws {BatchError} LIST_INVALID, naming the endings */
export function listFormatOf(path: string): ListFormat {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const format = ENDINGS[ending] ?? LIST_FORMATS.find((known) => known === ending);
  if (format !== undefined) return format;
  const known = [...LIST_FORMATS, ...Object.keys(ENDINGS)].map((each) => `.${each}`).join(", ");
  throw new BatchError(
    "LIST_INVALID",
    `${path}: expected a name that ends in one of ${known}, which tells how it is written.`,
  );
}

/** Reads a list. @throws {BatchError} LIST_INVALID, with the line */
export async function readList(
  text: string,
  format: ListFormat,
  name: string,
): Promise<ListContent> {
  return await READERS[format](text, name);
}

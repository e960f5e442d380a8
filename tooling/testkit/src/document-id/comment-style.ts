import { extname } from "node:path/posix";

const STYLES: Readonly<Record<string, readonly [open: string, close: string]>> = {
  angle: ["<!-- ", " -->"],
  slashes: ["// ", ""],
  star: ["/* ", " */"],
  dashes: ["-- ", ""],
  hash: ["# ", ""],
};

const EXTENSIONS: Readonly<Record<keyof typeof STYLES, string>> = {
  angle: "md markdown html htm xml svg vue",
  slashes: "ts tsx mts cts js jsx mjs cjs java c h cc cpp hpp cs go rs swift kt scala php dart",
  star: "css scss less",
  dashes: "sql lua hs elm",
};

const STYLE_BY_EXTENSION = new Map(
  Object.entries(EXTENSIONS).flatMap(([style, list]) =>
    list.split(" ").map((extension) => [extension, style] as const),
  ),
);

/** Wraps a text as a one-line comment that suits a file's extension; `#` where nothing better is known. */
export function commentFor(path: string, text: string): string {
  const style = STYLE_BY_EXTENSION.get(extname(path).slice(1).toLowerCase()) ?? "hash";
  const [open, close] = STYLES[style] ?? ["# ", ""];
  return `${open}${text}${close}`;
}

import { createRequire } from "node:module";
import type stringWidth from "string-width";

const require = createRequire(import.meta.url);
let widthOf: typeof stringWidth | undefined;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  // It takes as long to load as all else of a short command, and most have no need of it.
  widthOf ??= (require("string-width") as { readonly default: typeof stringWidth }).default;
  return widthOf(text);
}

import { isUtf8 } from "node:buffer";
import { listError } from "./list-problems.ts";

const LINE_FEED = 0x0a;

/**
 * The text of a list, without the mark that some editors put at its beginning.
 * @throws {BatchError} LIST_INVALID, with the line that is not text
 */
export function decodeList(content: Uint8Array | string, name: string): string {
  if (typeof content === "string") return content.replace(/^\uFEFF/, "");
  if (isUtf8(content)) return new TextDecoder().decode(content);
  let line = 1;
  for (let from = 0; ; line += 1) {
    const end = content.indexOf(LINE_FEED, from);
    if (!isUtf8(content.subarray(from, end === -1 ? content.length : end))) break;
    from = end + 1;
  }
  throw listError([{ at: `${name}:${line}`, message: "expected UTF-8 text, found other bytes." }]);
}

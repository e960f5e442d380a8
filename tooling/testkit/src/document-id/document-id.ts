import { createHash } from "node:crypto";
import { commentFor } from "./comment-style.ts";

const BYTE_ORDER_MARK = "\uFEFF";

/** A readable id that depends on nothing but the path, and differs for each path. */
export function documentId(path: string): string {
  const normal = path.normalize("NFC");
  const slug = normal.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  const hash = createHash("sha256").update(normal).digest("hex").slice(0, 6);
  return `${slug}-${hash}`;
}

/** The line that {@link insertDocumentId} adds, without a line ending. */
export function documentIdLine(path: string): string {
  return commentFor(path, `DOC_ID: ${documentId(path)}`);
}

/** Whether a text has a document id already. */
export function hasDocumentId(content: string): boolean {
  return content.includes("DOC_ID:");
}

/**
 * Adds the document id as one line at the top, below a shebang and behind a byte order mark, with
 * the line ending that the file uses. A text that has an id comes back as it was.
 *
 * @param beforeLine insert above this line instead, counted from 0
 */
export function insertDocumentId(path: string, content: string, beforeLine?: number): string {
  if (hasDocumentId(content)) return content;
  const mark = content.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
  const text = content.slice(mark.length);
  const ending = /\r?\n/.exec(text)?.[0] ?? "\n";
  const lines = text.split(/(?<=\n)/);
  const at = beforeLine ?? (text.startsWith("#!") ? 1 : 0);
  const head = lines.slice(0, at).join("");
  const gap = head !== "" && !head.endsWith("\n") ? ending : "";
  return `${mark}${head}${gap}${documentIdLine(path)}${ending}${lines.slice(at).join("")}`;
}

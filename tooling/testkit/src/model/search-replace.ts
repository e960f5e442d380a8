import { basename } from "node:path/posix";
import type { ChatFile } from "./chat-files.ts";

// Python's splitlines cuts at these too, and aider joins the pieces with \n.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const EXOTIC_LINE_BREAK = /[\v\f\x1c-\x1e\x85\u2028\u2029\r]/;
const SEPARATOR = /^\s*(?:<{5,9} SEARCH>?|={5,9}|>{5,9} REPLACE)\s*$/;

/**
 * One SEARCH/REPLACE block that turns a file's content into another one, or null when aider's format
 * cannot say it.
 */
export function searchReplaceBlock(file: ChatFile, content: string): string | null {
  const before = file.content.split(/(?<=\n)/);
  const after = content.split(/(?<=\n)/);
  const chunk = changedLines(before, after);
  if (!chunk) return isBlank(file.content) ? appended(file, content) : null;
  const search = before.slice(chunk.start, chunk.end);
  const replace = after.slice(chunk.start, after.length - (before.length - chunk.end));
  if (![...search, ...replace].every(isPlain)) return null;
  return render(file, search.join(""), replace.join(""));
}

/** To a file without a word, aider can only append. */
function appended(file: ChatFile, content: string): string | null {
  if (!content.startsWith(file.content)) return null;
  return render(file, "", content.slice(file.content.length));
}

/** The smallest range of old lines that covers the change and whose first occurrence is that range. */
function changedLines(
  before: readonly string[],
  after: readonly string[],
): { start: number; end: number } | null {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let kept = 0;
  while (kept < shorter - start && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  let end = before.length - kept;
  while (!isAddress(before, start, end)) {
    if (end < before.length) end++;
    else if (start > 0) start--;
    else return null;
  }
  return { start, end };
}

function isAddress(lines: readonly string[], start: number, end: number): boolean {
  const chunk = lines.slice(start, end);
  if (isBlank(chunk.join(""))) return false;
  for (let other = 0; other < start; other++) {
    if (chunk.every((line, index) => lines[other + index] === line)) return false;
  }
  return true;
}

function isPlain(line: string): boolean {
  return !EXOTIC_LINE_BREAK.test(line) && !SEPARATOR.test(line);
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

function render({ path, fence }: ChatFile, search: string, replace: string): string {
  return [
    path,
    fence.open,
    "<<<<<<< SEARCH",
    `${guarded(path, search)}=======`,
    `${guarded(path, replace)}>>>>>>> REPLACE`,
    fence.close,
    "",
  ].join("\n");
}

/**
 * Aider takes a first line that ends with the file's own name for a wrapper and strips it, so such a
 * text gets one to strip.
 */
function guarded(path: string, text: string): string {
  const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const name = basename(path);
  const first = ended.split("\n", 1)[0] ?? "";
  return first.trim().endsWith(name) ? `${name}\n${ended}` : ended;
}

import type { ChatMessage } from "./call.ts";

/** A pair of lines between which aider shows a file's content. */
export interface Fence {
  readonly open: string;
  readonly close: string;
}

/** A file as aider shows it to the model: line endings are `\n`, whatever the file has. */
export interface ChatFile {
  readonly path: string;
  readonly content: string;
  readonly fence: Fence;
}

// The two prefixes of aider's base_prompts.py; `ask` mode words the rest of the first one otherwise.
const CHAT_FILES = "I have *added these files to the chat*";
const READ_ONLY_FILES = "Here are some READ ONLY files";

/** The files that the model may edit: those of the newest message that shows any. */
export function filesInChat(messages: readonly ChatMessage[]): readonly ChatFile[] {
  return filesAfter(messages, CHAT_FILES);
}

/** The files that are shown for reference only. */
export function readOnlyFilesInChat(messages: readonly ChatMessage[]): readonly ChatFile[] {
  return filesAfter(messages, READ_ONLY_FILES);
}

function filesAfter(messages: readonly ChatMessage[], prefix: string): readonly ChatFile[] {
  const message = messages.findLast(
    ({ role, content }) => role === "user" && content.startsWith(prefix),
  );
  return message ? parseFileListing(message.content) : [];
}

/**
 * Reads the listing that aider makes of files: an empty line, the path, the opening fence, the
 * content, the closing fence. A content without a final newline has the closing fence glued to its
 * last line. Aider picks a fence that begins no line of any content.
 */
export function parseFileListing(listing: string): readonly ChatFile[] {
  const lines = listing.split("\n");
  const files: ChatFile[] = [];
  let at = lines.findIndex((_, index) => isHeader(lines, index));
  while (at >= 0 && isHeader(lines, at)) {
    const path = lines[at + 1] ?? "";
    const fence = fenceOf(lines[at + 2] ?? "");
    const start = at + 3;
    const end = contentEnd(lines, start, fence);
    const body = lines.slice(start, end.glued ? end.line + 1 : end.line).join("\n");
    const content = end.glued
      ? body.slice(0, -fence.close.length)
      : body + (end.line > start ? "\n" : "");
    files.push({ path, content, fence });
    at = end.line + 1;
  }
  return files;
}

/** Where a content ends: at a closing fence of its own, or at one glued to the last line. */
function contentEnd(
  lines: readonly string[],
  start: number,
  fence: Fence,
): { line: number; glued: boolean } {
  const marked = lines.findIndex(
    (line, index) =>
      index >= start && (line.startsWith(fence.open) || line.startsWith(fence.close)),
  );
  if (marked < 0) return { line: lastFilled(lines), glued: true };
  const closes = lines[marked] === fence.close;
  const last = marked >= lastFilled(lines);
  if (closes && (last || isHeader(lines, marked + 1, fence))) return { line: marked, glued: false };
  // It is the opening fence of the next file, two lines below the glued one.
  return { line: marked - 3, glued: true };
}

function lastFilled(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line !== "");
}

function isHeader(lines: readonly string[], at: number, fence?: Fence): boolean {
  const opening = lines[at + 2];
  if (lines[at] !== "" || !lines[at + 1] || opening === undefined) return false;
  return fence ? opening === fence.open : isOpeningFence(opening);
}

function isOpeningFence(line: string): boolean {
  return /^(?:`{3,}|<(?:source|code|pre|codeblock|sourcecode)>)$/.test(line);
}

function fenceOf(open: string): Fence {
  return { open, close: open.replace(/^</, "</") };
}

import { hasDocumentId, insertDocumentId } from "../document-id/document-id.ts";
import type { ModelCall } from "./call.ts";
import type { ChatFile } from "./chat-files.ts";
import { searchReplaceBlock } from "./search-replace.ts";

/** Gives a file's new content; the old one when nothing is to change. */
export type EditFile = (file: ChatFile) => string;

/** What the model says when nothing is to change. */
export const NO_CHANGE_REPLY = "Nothing needs to change.";

/** The reply to a call that edits each file in the chat, in the format that the call asks for. */
export function editReply(call: ModelCall, edit?: EditFile): string {
  if (call.editFormat === null) return "This is an answer without an edit.";
  const write = call.editFormat === "diff" ? diffEdit : wholeEdit;
  const blocks = call.files.map((file) => write(file, edit)).filter((block) => block !== null);
  return blocks.length === 0 ? NO_CHANGE_REPLY : `Here is the change.\n\n${blocks.join("\n")}`;
}

/** A SEARCH block that matches nothing, for each file in the chat. */
export function malformedReply(call: ModelCall): string {
  const blocks = call.files.map((file) => {
    const wrong = { ...file, content: "This line is in no file at all.\n" };
    return searchReplaceBlock(wrong, "Nor is this one.\n");
  });
  return `Here is the change.\n\n${blocks.join("\n")}`;
}

function diffEdit(file: ChatFile, edit?: EditFile): string | null {
  const content = edit ? edit(file) : insertDocumentId(file.path, file.content);
  if (content === file.content) return null;
  const block = searchReplaceBlock(file, content);
  if (block !== null || edit) return block;
  return documentIdFurtherDown(file);
}

/** For a file whose first line cannot stand in a SEARCH block, such as a heading's `=======`. */
function documentIdFurtherDown(file: ChatFile): string | null {
  const lines = file.content.split("\n").length;
  for (let line = 1; line <= lines; line++) {
    const block = searchReplaceBlock(file, insertDocumentId(file.path, file.content, line));
    if (block !== null) return block;
  }
  return null;
}

function wholeEdit(file: ChatFile, edit?: EditFile): string | null {
  if (!edit && hasDocumentId(file.content)) return null;
  const content = edit ? edit(file) : insertDocumentId(file.path, file.content);
  if (content === file.content) return null;
  const ended = content === "" || content.endsWith("\n") ? content : `${content}\n`;
  return `${file.path}\n${file.fence.open}\n${ended}${file.fence.close}\n`;
}

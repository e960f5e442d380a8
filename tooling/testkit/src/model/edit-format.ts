import type { ChatMessage } from "./call.ts";

/** Aider's formats for edits that the stand-in model can write. */
export type EditFormat = "diff" | "whole";

const COMMIT_MESSAGE_PROMPT =
  "You are an expert software engineer that generates concise, one-line Git commit messages";

/** Whether aider asks for a commit message and not for an edit. */
export function asksForCommitMessage(messages: readonly ChatMessage[]): boolean {
  return messages.some(
    ({ role, content }) => role === "system" && content.includes(COMMIT_MESSAGE_PROMPT),
  );
}

/** The format that the system prompt teaches, or null for `/ask` and for other clients. */
export function editFormatOf(messages: readonly ChatMessage[]): EditFormat | null {
  const system = messages
    .filter(({ role }) => role === "system")
    .map(({ content }) => content)
    .join("\n");
  if (system.includes("*SEARCH/REPLACE block*")) return "diff";
  if (system.includes("*file listing*")) return "whole";
  return null;
}

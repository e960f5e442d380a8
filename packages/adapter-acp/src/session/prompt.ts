import { type AgentTask, ToolFailure } from "@cluster/pool";

/** What an agent would take for a command of its own at the beginning of a message. */
const COMMAND = /^\s*[/!#$]/;

/**
 * A task as the words of a prompt.
 * @throws {ToolFailure} environment, for an empty message.
 */
export function promptOf({ message, files = [], readOnlyFiles = [] }: AgentTask): string {
  const text = message.replace(/\r\n?/g, "\n").toWellFormed();
  if (text.trim() === "") {
    throw new ToolFailure("environment", "The task's message is empty. Say what is to be done.");
  }
  const parts = [COMMAND.test(text) ? `The task:\n\n${text}` : text];
  if (files.length > 0) {
    parts.push(`Files to edit, relative to the working folder:\n${listed(files)}`);
  }
  if (readOnlyFiles.length > 0) {
    parts.push(`For reading only, not to be edited:\n${listed(readOnlyFiles)}`);
  }
  return parts.join("\n\n");
}

function listed(paths: readonly string[]): string {
  return paths.map((path) => `- ${path}`).join("\n");
}

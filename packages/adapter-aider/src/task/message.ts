import { type AgentTask, ToolFailure } from "@cluster/pool";

/**
 * The text for aider: with `\n` for every kind of line ending, which aider would otherwise take as
 * part of the text, and without halves of characters, which no model server accepts.
 *
 * @throws {ToolFailure} environment, for an empty message.
 */
export function messageOf(task: AgentTask): string {
  const text = task.message.replace(/\r\n?/g, "\n").toWellFormed();
  if (text.trim() === "") {
    throw new ToolFailure("environment", "The task's message is empty. Say what is to be done.");
  }
  return text;
}

import type { AgentTask } from "../contract/agent.ts";
import type { ToolDefinition } from "./definition.ts";
import { fill } from "./template.ts";

const WITH_FILES = "{{message}}\n\nEdit these files:\n{{files}}";

/** A request as an agent gets it; of a tool that only answers it is the message. */
export function toTask(request: unknown): AgentTask {
  if (typeof request === "object" && request !== null && "message" in request) {
    return request as AgentTask;
  }
  return { message: typeof request === "string" ? request : JSON.stringify(request) };
}

/** What an agent is told: its template, filled. */
export function promptOf(definition: ToolDefinition, task: AgentTask): string {
  const { files = [], readOnlyFiles = [] } = task;
  const usual = definition.files === "prompt" && files.length > 0 ? WITH_FILES : "{{message}}";
  return fill(definition.prompt ?? usual, {
    message: task.message,
    files: files.join("\n"),
    readOnlyFiles: readOnlyFiles.join("\n"),
    model: task.model ?? "",
    workspace: task.workspace ?? ".",
  });
}

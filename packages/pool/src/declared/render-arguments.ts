import type { AgentTask } from "../contract/agent.ts";
import type { Slot } from "../contract/tool-adapter.ts";
import { promptOf } from "./agent-prompt.ts";
import type { ArgumentCondition, ToolDefinition } from "./definition.ts";
import { fill, placesOf } from "./template.ts";

/** The arguments that a process is started with; `task` is known to one that lives for it. */
export function renderArguments(
  definition: ToolDefinition,
  slot: Slot,
  folder: string,
  task: AgentTask | undefined,
): readonly string[] {
  const lists = {
    files: (task?.files ?? []).map(plainPath),
    readOnlyFiles: (task?.readOnlyFiles ?? []).map(plainPath),
  };
  const values = {
    workspace: task?.workspace ?? slot.cwd,
    instance: String(slot.index),
    folder,
    message: task?.message ?? "",
    prompt: task === undefined ? "" : promptOf(definition, task),
    model: task?.model ?? "",
    files: lists.files.join(" "),
    readOnlyFiles: lists.readOnlyFiles.join(" "),
  };
  const render = (template: string, file = ""): readonly string[] => {
    const [only] = placesOf(template);
    // Alone, a list is an argument for each of its files.
    if ((only === "files" || only === "readOnlyFiles") && template === `{{${only}}}`) {
      return lists[only];
    }
    return [fill(template, { ...values, file })];
  };
  return (definition.arguments ?? []).flatMap((each) => {
    if (typeof each === "string") return render(each);
    if ("each" in each) {
      return lists[each.each].flatMap((file) =>
        each.arguments.flatMap((template) => render(template, file)),
      );
    }
    return holds(each.when, task) ? each.arguments.flatMap((template) => render(template)) : [];
  });
}

/** A file is never taken for an option. */
function plainPath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function holds(condition: ArgumentCondition, task: AgentTask | undefined): boolean {
  switch (condition) {
    case "model":
      return task?.model !== undefined;
    case "files":
    case "readOnlyFiles":
      return (task?.[condition] ?? []).length > 0;
    case "createFiles":
      return task?.permissions?.createFiles !== false;
    case "commands":
    case "urls":
      return task?.permissions?.[condition] === true;
  }
}

import type { TaskOutcome } from "../contract/evidence.ts";

/** What is the same in a reason that several tasks share: paths and numbers do not tell reasons apart. */
export function reasonShape(task: Pick<TaskOutcome, "outcome" | "reason" | "files">): string {
  let text = task.reason?.message.split("\n")[0] ?? "";
  for (const file of task.files) text = text.replaceAll(file, "*");
  return `${task.outcome}\n${text.replace(/\d+/g, "#")}`;
}

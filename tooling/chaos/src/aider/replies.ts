import {
  type ModelCall,
  type ModelReply,
  type PlannedReply,
  searchReplaceBlock,
} from "@cluster/testkit";
import type { Random } from "../random/random.ts";
import { CONTESTED_LINE, type Plan, type PlannedTask } from "./plan.ts";
import type { Rendezvous } from "./rendezvous.ts";
import type { SaidEdit } from "./said-edits.ts";

/** What the replies are made of. */
export interface ReplyContext {
  readonly plan: Plan;
  readonly random: Random;
  /** Every edit that was written into an answer is noted here. */
  readonly note: (edit: SaidEdit) => void;
  readonly rendezvous: Rendezvous;
}

const TEXT: Readonly<Record<"no-edit" | "claims-applied", (file: string) => string>> = {
  "no-edit": () => "I have looked at the file, and it is fine as it is.",
  "claims-applied": (file) => `I made the change as asked.\n\nApplied edit to ${file}\n`,
};

/** The answers to the calls of one task, one after the other; the last one stands for all further. */
export function repliesFor(task: PlannedTask, context: ReplyContext): readonly PlannedReply[] {
  const write = writer(task, context);
  const edit: PlannedReply = (call) => write(call, []);
  const random = context.random.named(task.name);
  const retryAfter = random.whole(1, 2);
  switch (task.mischief) {
    case "none":
      return [edit];
    case "late":
      return [
        (call) => ({ kind: "slow", delayMs: random.whole(200, 3_000), reply: write(call, []) }),
      ];
    case "malformed-once":
      return [{ kind: "malformed" }, edit];
    case "malformed":
      return [{ kind: "malformed" }];
    case "nothing-once":
      return [{ kind: "empty" }, edit];
    case "nothing":
      return [{ kind: "empty" }];
    case "quota-once":
      return [{ kind: "status", status: 429, retryAfter }, edit];
    case "quota":
      return [{ kind: "status", status: 429, retryAfter: 1 }];
    case "overload-once":
      return [{ kind: "status", status: 500 }, edit];
    case "overload":
      return [{ kind: "status", status: 500 }];
    case "cut-once":
      return [{ kind: "cut" }, edit];
    case "cut":
      return [{ kind: "cut" }];
    case "invalid-json-once":
      return [{ kind: "invalid-json" }, edit];
    case "hangs":
      return [{ kind: "hang" }];
    case "outside-new":
      return [(call) => write(call, ["new"])];
    case "outside-new-only":
      return [(call) => write(call, ["new"], { own: false })];
    case "outside-existing":
      return [(call) => write(call, ["foreign"])];
    case "no-edit":
    case "claims-applied":
      return [{ kind: "text", text: TEXT[task.mischief](task.file) }];
    case "same-line":
      return [(call) => ({ kind: "text", text: sameLine(call) })];
    case "half-malformed-once":
      return [(call) => write(call, ["malformed"]), { kind: "text", text: "That is all." }];
    case "half-malformed":
      return [(call) => write(call, ["malformed"])];
    case "conflict":
      return [(call) => meet(task, context, () => write(call, [])), edit];
    case "conflict-given-up":
      return [
        (call) => meet(task, context, () => write(call, [])),
        { kind: "text", text: "There is nothing more to do." },
      ];
  }
}

async function meet(
  { name, rival }: PlannedTask,
  { rendezvous }: ReplyContext,
  then: () => ModelReply,
): Promise<ModelReply> {
  await rendezvous.meet([name, rival ?? name].sort().join(), name);
  return then();
}

type Extra = "new" | "foreign" | "malformed";

/** Writes an answer with the task's edit and others beside it, each of which can be told from all others. */
function writer(task: PlannedTask, { plan, note, random }: ReplyContext) {
  const { name } = task;
  return (call: ModelCall, extras: readonly Extra[], { own = true } = {}): ModelReply => {
    const file = call.files[0];
    if (file === undefined) return { kind: "text", text: "I was shown no file." };
    const mark = `${name}, answer ${call.index}`;
    const blocks: (string | null)[] = [];
    const said = (path: string, before: string | null, after: string, where: SaidEdit["where"]) => {
      note({ call: call.index, task: name, path, before, after, where });
      return searchReplaceBlock({ path, content: before ?? "", fence: file.fence }, after);
    };
    if (own) blocks.push(said(file.path, file.content, edited(file.content, mark, task), "task"));
    for (const extra of extras) {
      if (extra === "new") blocks.push(said(`notes/${name}.md`, null, `Left by ${mark}.\n`, "new"));
      if (extra === "malformed") {
        const wrong = { path: file.path, content: "Nowhere.\n", fence: file.fence };
        blocks.push(searchReplaceBlock(wrong, "Nor here.\n"));
      }
      if (extra === "foreign") {
        const others = Object.entries(plan.files).filter(([path]) => path !== task.file);
        const [path, content] = random.named(mark).pick(others);
        blocks.push(said(path, content, `<!-- ${mark} -->\n${content}`, "foreign"));
      }
    }
    return { kind: "text", text: `Here is the change.\n\n${blocks.join("\n")}` };
  };
}

function edited(content: string, mark: string, { rival }: PlannedTask): string {
  if (rival === null) return `<!-- ${mark} -->\n${content}`;
  return content
    .split("\n")
    .map((line) => (line.startsWith(CONTESTED_LINE) ? `${CONTESTED_LINE}, by ${mark}` : line))
    .join("\n");
}

function sameLine({ files: [file] }: ModelCall): string {
  if (file === undefined) return "I was shown no file.";
  const { path, fence, content } = file;
  const line = content.split("\n", 1)[0];
  const block = ["<<<<<<< SEARCH", line, "=======", line, ">>>>>>> REPLACE"];
  return ["Here is the change.", "", path, fence.open, ...block, fence.close, ""].join("\n");
}

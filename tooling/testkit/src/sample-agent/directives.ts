import { createHash, randomUUID } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a message can tell the sample agent to do; the README describes each. */
const DIRECTIVES: readonly string[] = [
  "after-edit",
  "append",
  "ask",
  "claim-only",
  "cost",
  "crash",
  "delete",
  "fail",
  "hang",
  "hang-deaf",
  "log",
  "no-change",
  "outside",
  "sleep",
  "write",
];

/** Directives that hold for some requests only, and have another one in them. */
const CONDITIONS: readonly string[] = ["first", "model", "only", "turns"];

/** What a directive may depend on. */
interface Asked {
  readonly message?: string;
  readonly files?: readonly string[];
  readonly model?: string | undefined;
}

/** One instruction to the sample agent, such as `sleep=200`. */
export interface Directive {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the directives of a message, `[fake:NAME]` or `[fake:NAME=VALUE]`, and leaves out those that
 * are not for this task: `[fake:only=FILE:…]` is for tasks with a file whose path ends with FILE,
 * `[fake:first=K:…]` for the first K attempts at the same files, `[fake:turns=A-B:…]` for the turns A to B
 * of all agents together, counted from 1, `[fake:model=NAME:…]` for requests with that model.
 *
 * @param stateFolder where attempts are counted
 * @throws {Error} when a directive is unknown, or counts attempts and has no folder to count in
 */
export async function directivesFor(
  { message = "", files = [], model }: Asked,
  stateFolder: string | undefined,
): Promise<readonly Directive[]> {
  const found: Directive[] = [];
  for (const [, text = ""] of message.matchAll(/\[fake:([^\]]+)\]/g)) {
    const directive = await resolve(text, { files, model }, stateFolder);
    if (directive) found.push(directive);
  }
  return found;
}

async function resolve(
  text: string,
  asked: Asked,
  stateFolder: string | undefined,
): Promise<Directive | null> {
  const { name, value } = parseDirective(text);
  if (!CONDITIONS.includes(name)) return known({ name, value });
  const [, condition = "", rest = ""] = /^([^:]*):(.*)$/s.exec(value) ?? [];
  const applies = await meets(name, condition, text, asked, stateFolder);
  return applies ? resolve(rest, asked, stateFolder) : null;
}

async function meets(
  name: string,
  condition: string,
  text: string,
  { files = [], model }: Asked,
  stateFolder: string | undefined,
): Promise<boolean> {
  switch (name) {
    case "only":
      return files.some((file) => file.endsWith(condition));
    case "model":
      return model === condition;
    case "first":
      return (await attempt(text, files, stateFolder)) <= Number(condition);
    default: {
      const [from = "", to = from] = condition.split("-");
      const turn = await attempt(text, [], stateFolder);
      return turn >= Number(from) && turn <= Number(to);
    }
  }
}

/** Takes `NAME` or `NAME=VALUE` apart. */
export function parseDirective(text: string): Directive {
  const [, name = text, value = ""] = /^([\w-]+)=(.*)$/s.exec(text) ?? [];
  return { name, value };
}

function known(directive: Directive): Directive {
  if (DIRECTIVES.includes(directive.name)) return directive;
  throw new Error(`Unknown directive [fake:${directive.name}], expected ${DIRECTIVES.join(", ")}`);
}

/**
 * Counts from 1. One appended line for each attempt, which is atomic between processes; its number is
 * where that line stands, since others may have appended theirs by the time it is read.
 */
async function attempt(
  text: string,
  files: readonly string[],
  stateFolder: string | undefined,
): Promise<number> {
  if (!stateFolder) throw new Error(`[fake:${text}] needs a folder in SAMPLE_AGENT_STATE`);
  const key = createHash("sha256")
    .update(JSON.stringify([text, files]))
    .digest("hex");
  const counter = join(stateFolder, key);
  const mine = randomUUID();
  await appendFile(counter, `${mine}\n`);
  return (await readFile(counter, "utf8")).split("\n").indexOf(mine) + 1;
}

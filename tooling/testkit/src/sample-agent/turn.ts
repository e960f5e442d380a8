import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Directive, directivesFor, parseDirective } from "./directives.ts";
import { edit } from "./edits.ts";
import { AgentFailure } from "./failure.ts";

/** What a turn is asked for; the shape of an `AgentTask`. */
export interface TurnRequest {
  readonly message?: string;
  readonly files?: readonly string[];
  readonly readOnlyFiles?: readonly string[];
  readonly workspace?: string;
  readonly model?: string;
}

/** What a turn may do while it runs. */
export interface TurnTools {
  readonly signal: AbortSignal;
  /** Which turn of the conversation this is, counted from 1. */
  readonly turn: number;
  emit(event: object): void;
  confirm(text: string): Promise<boolean>;
}

/** One turn: the directives of the message, or the default edit. Gives what an `AgentResult` has. */
export async function runTurn(request: TurnRequest, tools: TurnTools): Promise<object> {
  const directives = await directivesFor(request, process.env.SAMPLE_AGENT_STATE);
  const logged = directives.some(({ name }) => name === "log");
  if (logged) await log("begun", request);
  try {
    const result = await answer(request, directives, tools);
    if (logged) await log("answered", request);
    return result;
  } catch (error) {
    if (logged) await log("failed", request);
    throw error;
  }
}

/** One line for each beginning and end of a turn, of all agents that share a folder. */
async function log(what: string, request: TurnRequest): Promise<void> {
  const { message = "", files = [], model = null } = request;
  const folder = process.env.SAMPLE_AGENT_STATE;
  if (folder === undefined) throw new Error("[fake:log] needs a folder in SAMPLE_AGENT_STATE");
  const line = JSON.stringify({ what, files, model, message });
  await appendFile(join(folder, "turns.jsonl"), `${line}\n`);
}

async function answer(
  request: TurnRequest,
  directives: readonly Directive[],
  tools: TurnTools,
): Promise<object> {
  const { message = "", files = [], readOnlyFiles = [], workspace = process.cwd() } = request;
  const questions: object[] = [];
  let allowed = true;
  for (const directive of directives) {
    await interfere(directive, tools.signal);
    if (directive.name !== "ask") continue;
    const yes = await tools.confirm(directive.value);
    allowed &&= yes;
    const question = { kind: "confirm", topic: "other", text: directive.value };
    questions.push({ question, answer: { kind: "confirm", yes } });
  }
  const claimedEdits = allowed ? await edit({ workspace, files }, directives) : [];
  for (const path of claimedEdits) tools.emit({ type: "edit", path });
  for (const { name, value } of directives) {
    if (name === "after-edit") await interfere(parseDirective(value), tools.signal);
  }
  const cost = directives.find(({ name }) => name === "cost");
  return {
    reply: `Turn ${tools.turn} of this conversation: changed ${claimedEdits.length} of ${files.length} files.`,
    claimedEdits,
    usage: {
      inputTokens: message.length + 100 * (files.length + readOnlyFiles.length),
      outputTokens: 20 * claimedEdits.length,
      modelCalls: 1,
    },
    costUsd: cost ? Number(cost.value) : 0.001,
    questions,
    endedBy: "protocol",
  };
}

/** The directives that change how the turn goes, and not what it writes. */
async function interfere({ name, value }: Directive, signal: AbortSignal): Promise<void> {
  if (name === "sleep") await delay(Number(value), undefined, { signal });
  if (name === "hang") await delay(600_000, undefined, { signal });
  if (name === "hang-deaf") await delay(600_000);
  if (name === "crash") {
    process.stderr.write("fatal: the sample agent was told to crash\n");
    process.exit(Number(value || 1));
  }
  if (name === "fail") {
    const [failureClass = "", retryAfter] = value.split(":");
    const wait = retryAfter === undefined ? undefined : Number(retryAfter);
    const message = `The sample agent was told to fail with ${failureClass}`;
    throw new AgentFailure(failureClass, message, wait);
  }
}

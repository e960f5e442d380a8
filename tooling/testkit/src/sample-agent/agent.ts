// A coding agent without a model. The README of the testkit describes its protocol and directives.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type Directive, directivesFor } from "./directives.ts";
import { edit } from "./edits.ts";

interface AgentRequest {
  readonly message?: string;
  readonly files?: readonly string[];
  readonly readOnlyFiles?: readonly string[];
  readonly workspace?: string;
  readonly reset?: boolean;
}

interface Incoming {
  readonly id: number;
  readonly request?: AgentRequest;
  readonly cancel?: number;
}

class Failure extends Error {
  readonly failureClass: string;
  readonly retryAfterMs: number | undefined;

  constructor(failureClass: string, message: string, retryAfterMs?: number) {
    super(message);
    this.failureClass = failureClass;
    this.retryAfterMs = retryAfterMs;
  }
}

// An agent that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 600_000).unref();
process.stdout.on("error", () => process.exit(0));

let turns = 0;
const running = new Map<number, AbortController>();

function send(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function take({ id, request, cancel }: Incoming): Promise<void> {
  if (cancel !== undefined) return running.get(cancel)?.abort();
  if (!request) return;
  const turn = new AbortController();
  running.set(id, turn);
  try {
    send({ id, result: request.reset ? forget() : await work(id, request, turn.signal) });
  } catch (error) {
    send({ id, error: describe(error, turn.signal) });
  } finally {
    running.delete(id);
  }
}

function forget(): boolean {
  turns = 0;
  return true;
}

async function work(id: number, request: AgentRequest, signal: AbortSignal): Promise<object> {
  const { message = "", files = [], readOnlyFiles = [], workspace = process.cwd() } = request;
  turns++;
  const directives = await directivesFor(message, files, process.env.SAMPLE_AGENT_STATE);
  for (const directive of directives) await interfere(directive, signal);
  const claimedEdits = await edit({ workspace, files }, directives);
  for (const path of claimedEdits) send({ id, event: { type: "edit", path } });
  const cost = directives.find(({ name }) => name === "cost");
  return {
    reply: `Changed ${claimedEdits.length} of ${files.length} files in turn ${turns} of this conversation.`,
    claimedEdits,
    usage: {
      inputTokens: message.length + 100 * (files.length + readOnlyFiles.length),
      outputTokens: 20 * claimedEdits.length,
      modelCalls: 1,
    },
    costUsd: cost ? Number(cost.value) : 0.001,
    questions: [],
    endedBy: "protocol",
  };
}

/** The directives that change how the turn goes, and not what it writes. */
async function interfere({ name, value }: Directive, signal: AbortSignal): Promise<void> {
  if (name === "sleep") await delay(Number(value), undefined, { signal });
  if (name === "hang") await delay(600_000, undefined, { signal });
  if (name === "hang-deaf") await new Promise(() => setInterval(() => {}, 1000));
  if (name === "crash") {
    process.stderr.write("fatal: the sample agent was told to crash\n");
    process.exit(Number(value || 1));
  }
  if (name === "fail") {
    const [failureClass = "", retryAfter] = value.split(":");
    const wait = retryAfter === undefined ? undefined : Number(retryAfter);
    throw new Failure(failureClass, `The sample agent was told to fail with ${failureClass}`, wait);
  }
}

function describe(error: unknown, signal: AbortSignal): object {
  if (signal.aborted) return { class: "cancelled", message: "The request was cancelled" };
  if (!(error instanceof Failure)) return { class: "environment", message: String(error) };
  const { failureClass, message, retryAfterMs } = error;
  return { class: failureClass, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

send({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  take(JSON.parse(line)).catch((error) => process.stderr.write(`${error}\n`));
}
process.exit(0);

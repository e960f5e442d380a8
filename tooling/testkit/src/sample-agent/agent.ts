// A coding agent without a model. The README of the testkit describes its protocol and directives.
import { createInterface } from "node:readline";
import { describeFailure } from "./failure.ts";
import { runTurn, type TurnRequest } from "./turn.ts";

interface Incoming {
  readonly id: number;
  readonly request?: TurnRequest & { readonly reset?: boolean };
  readonly cancel?: number;
  readonly answer?: { readonly yes?: boolean };
}

interface Running {
  readonly abort: AbortController;
  answer(yes: boolean): void;
}

// An agent that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 600_000).unref();
process.stdout.on("error", () => process.exit(0));

let turns = 0;
const running = new Map<number, Running>();

function send(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function take({ id, request, cancel, answer }: Incoming): void {
  if (cancel !== undefined) running.get(cancel)?.abort.abort();
  else if (answer !== undefined) running.get(id)?.answer(answer.yes === true);
  else if (request?.reset) {
    turns = 0;
    send({ id, result: true });
  } else if (request) void work(id, request);
}

async function work(id: number, request: TurnRequest): Promise<void> {
  const abort = new AbortController();
  const turn: Running = { abort, answer: () => {} };
  running.set(id, turn);
  const confirm = (text: string): Promise<boolean> =>
    new Promise((resolve, reject) => {
      turn.answer = resolve;
      abort.signal.addEventListener("abort", reject, { once: true });
      send({ id, question: { kind: "confirm", topic: "other", text }, token: id });
    });
  const emit = (event: object): void => send({ id, event });
  try {
    const { signal } = abort;
    send({ id, result: await runTurn(request, { signal, emit, confirm, turn: ++turns }) });
  } catch (error) {
    send({ id, error: describeFailure(error, abort.signal.aborted) });
  } finally {
    running.delete(id);
  }
}

send({ ready: true });
for await (const line of createInterface({ input: process.stdin })) take(JSON.parse(line));
process.exit(0);

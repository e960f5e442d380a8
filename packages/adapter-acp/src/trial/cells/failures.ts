import assert from "node:assert/strict";
import { type FailureClass, failureClassOf } from "@cluster/pool";
import { type AgentModelReply, stepsInTurn } from "../model/index.ts";
import type { Scene } from "../scene.ts";
import type { Cell } from "./cell.ts";

/** Nothing is to come from a deadline. */
const GIVEN_UP_MS = 40_000;

const REFUSALS: readonly {
  readonly name: string;
  readonly reply: AgentModelReply;
  readonly failureClass: FailureClass;
}[] = [
  {
    name: "401",
    reply: { kind: "status", status: 401 },
    failureClass: "auth",
  },
  {
    name: "429",
    reply: { kind: "status", status: 429, retryAfter: 2 },
    failureClass: "quota",
  },
  {
    name: "500",
    reply: { kind: "status", status: 500 },
    failureClass: "overload",
  },
  {
    name: "a stream that is cut",
    reply: { kind: "cut" },
    failureClass: "overload",
  },
];

/** What a model refuses is no success, and has a class that batch work can act on. */
export const failures: readonly Cell[] = REFUSALS.map(({ name, reply, failureClass }) => ({
  name: `calls ${name} a failure`,
  async run(scene) {
    const { model, run } = scene;
    model.setScript(() => reply);
    model.clear();
    const failure = await failureOf(
      run({ message: "Say something." }, { idleTimeoutMs: GIVEN_UP_MS }),
    );
    const found = failureClassOf(failure);
    assert.equal(found, failureClass, failure.message);
    const asked = model.requests.length;
    await worksAgain(scene);
    return `${found} after ${asked} ${asked === 1 ? "request" : "requests"}`;
  },
}));

/** An answer that never comes is given up. */
export const hang: Cell = {
  name: "is given up when its model hangs",
  async run(scene) {
    const { model, run } = scene;
    model.setScript(() => ({ kind: "hang" }));
    const failure = await failureOf(run({ message: "Say something." }, { idleTimeoutMs: 3_000 }));
    assert.equal(failureClassOf(failure), "timeout", failure.message);
    await worksAgain(scene);
    return "timeout";
  },
};

/** A turn that is cancelled ends, and no request of it goes on. */
export const cancel: Cell = {
  name: "stops when it is cancelled",
  async run(scene) {
    const { model, run, pid } = scene;
    const stop = new AbortController();
    model.setScript((request) => {
      if (request.tools.length > 0) stop.abort();
      return { kind: "hang", after: "The beginning of" };
    });
    const failure = await failureOf(run({ message: "Say something." }, { signal: stop.signal }));
    assert.equal(Reflect.get(failure, "code"), "TURN_CANCELLED", failure.message);
    const before = pid();
    await worksAgain(scene);
    return pid() === before ? "and keeps its process" : "with its process";
  },
};

async function worksAgain({ model, run }: Scene): Promise<void> {
  model.setScript(stepsInTurn({ text: "All is well again." }));
  const { reply } = await run({ message: "Say something." });
  assert.match(reply, /All is well again\./);
}

async function failureOf(turn: Promise<{ readonly reply: string }>): Promise<Error> {
  const reply = await turn.then(
    (result) => result.reply,
    (error: Error) => error,
  );
  if (typeof reply !== "string") return reply;
  throw new assert.AssertionError({ message: `It called its turn a success: ${reply}` });
}

import { PassThrough } from "node:stream";
import type { ToolFailure } from "@cluster/pool";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RefusalWatch } from "../../src/failures/refusal-watch.ts";
import type { ModelSign } from "../../src/index.ts";

const SIGNS: Readonly<Record<string, ModelSign>> = {
  asks: { kind: "asks" },
  answers: { kind: "answers" },
  "429": { kind: "refuses", error: { code: 429, message: "retry-after: 7", data: null } },
  odd: { kind: "refuses", error: { code: null, message: "oops", data: null } },
};

let stderr: PassThrough;
let watch: RefusalWatch;
let given: ToolFailure[];
let over: () => void;

/** Says lines, and lets so many seconds go by. */
async function hear(lines: readonly string[], seconds: number): Promise<void> {
  for (const line of lines) stderr.write(`${line}\n`);
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
}

const turn = (): (() => void) => watch.turn((failure) => given.push(failure));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  stderr = new PassThrough();
  watch = new RefusalWatch(stderr, "it", {
    command: "it",
    modelSign: (line) => SIGNS[line] ?? null,
  });
  given = [];
  over = turn();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a refusal that is waited on for long ends the turn, with the time that the provider asks for", async () => {
  await hear(["asks", "429"], 7);
  expect(given).toEqual([]);
  await hear(["some words"], 2);
  expect(given).toMatchObject([{ failureClass: "quota", retryAfterMs: 7_000 }]);
});

test("refusals that follow one another are one, however often it asks", async () => {
  await hear(["asks", "429"], 3);
  await hear(["asks", "odd"], 4);
  await hear(["asks"], 1);
  await hear(["odd"], 0);
  expect(given).toMatchObject([{ failureClass: "overload" }]);
});

test("a request that is under way is waited for, and one that is taken ends the row", async () => {
  await hear(["asks", "429", "asks"], 60);
  await hear(["answers"], 60);
  await hear(["asks", "429"], 7);
  expect(given).toEqual([]);
});

test("a request that nothing is heard of any more was refused, when another one follows", async () => {
  await hear(["asks", "429", "asks"], 7);
  await hear(["asks"], 60);
  expect(given).toEqual([]);
  await hear(["asks"], 0);
  expect(given).toMatchObject([{ failureClass: "quota" }]);
});

test("a turn knows nothing of the refusals of another one", async () => {
  await hear(["asks", "429"], 7);
  over();
  await hear(["429"], 60);
  over = turn();
  await hear(["asks", "429"], 7);
  expect(given).toEqual([]);
  await hear([], 2);
  expect(given).toHaveLength(1);
});

test("a line beyond all measure is no sign, and those behind it are heard", async () => {
  stderr.write("x".repeat(2 ** 21));
  await hear(["", "429"], 9);
  expect(given).toHaveLength(1);
});

test("turns of one process are given up together", async () => {
  turn();
  await hear(["429"], 9);
  expect(given).toHaveLength(2);
});

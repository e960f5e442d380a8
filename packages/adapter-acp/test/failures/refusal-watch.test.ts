import { PassThrough } from "node:stream";
import type { ToolFailure } from "@cluster/pool";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RefusalWatch, type WatchedTurn } from "../../src/failures/refusal-watch.ts";
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
let own: WatchedTurn;

/** Says lines, and lets so many seconds go by. */
async function hear(lines: readonly string[], seconds: number): Promise<void> {
  for (const line of lines) stderr.write(`${line}\n`);
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
}

const turn = (): WatchedTurn => watch.turn((failure) => given.push(failure));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  stderr = new PassThrough();
  watch = new RefusalWatch(stderr, "it", {
    command: "it",
    modelSign: (line) => SIGNS[line] ?? (line.startsWith("{") ? JSON.parse(line) : null),
  });
  given = [];
  own = turn();
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
  own.end();
  await hear(["429"], 60);
  turn();
  await hear(["asks", "429"], 7);
  expect(given).toEqual([]);
  await hear([], 2);
  expect(given).toHaveLength(1);
});

test("a line beyond all measure, or that cannot be read, is no sign, and those behind it are heard", async () => {
  stderr.write("x".repeat(2 ** 21));
  await hear([""], 0);
  stderr.write('{"half\n429\n');
  await hear([], 9);
  expect(given).toHaveLength(1);
});

test("turns of one process that are all silent are given up together", async () => {
  turn();
  await hear(["429"], 9);
  expect(given).toHaveLength(2);
});

test("a turn whose model goes on speaking is not given up for what another one is refused", async () => {
  const well: ToolFailure[] = [];
  const other = watch.turn((failure) => well.push(failure));
  await hear(["asks", "answers", "asks", "429"], 5);
  other.heard();
  await hear([], 60);
  expect(given).toHaveLength(1);
  expect(well).toEqual([]);
});

test("what is refused beside an answer ends the turn only when that has stopped too", async () => {
  await hear(["asks", "answers", "asks", "429"], 0);
  for (let words = 0; words < 5; words += 1) {
    await hear([], 5);
    own.heard();
  }
  expect(given).toEqual([]);
  await hear([], 9);
  expect(given).toHaveLength(1);
});

test("a turn that has just begun is not given up for what was refused before", async () => {
  await hear(["asks", "429"], 7);
  turn();
  await hear(["asks", "429"], 2);
  expect(given).toHaveLength(1);
});

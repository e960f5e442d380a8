import { afterAll, expect, test } from "vitest";
import { createPool, type PoolEvent, type Question } from "../../src/index.ts";
import { expectNoProcessLeft, jsonTool, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const question: Question = {
  kind: "confirm",
  topic: "edit-file",
  text: "Overwrite notes.md?",
  subject: "notes.md",
};
const yes = () => ({ kind: "confirm", yes: true }) as const;

test("a question is answered with no unless a policy says otherwise, and is reported", async () => {
  await using pool = createPool({ adapter: jsonTool("asks-question") });
  const events: PoolEvent[] = [];
  pool.subscribe((event) => events.push(event));
  const turn = pool.run({ echo: "x" });
  const seen = [];
  for await (const event of turn) seen.push(event);
  expect(await turn).toBe("x: no");
  const answered = { question, answer: { kind: "confirm", yes: false } };
  expect(seen).toContainEqual({ type: "question", answered });
  expect(events).toContainEqual(
    expect.objectContaining({ type: "turn.question", turn: 1, instance: 0, answered }),
  );
});

test("the turn's policy counts before the pool's, and may take its time", async () => {
  const asked: Question[] = [];
  await using pool = createPool({ adapter: jsonTool("asks-question"), onQuestion: yes });
  expect(await pool.run({ echo: "x" })).toBe("x: yes");
  const onQuestion = async (put: Question) => {
    asked.push(put);
    await new Promise(setImmediate);
    return { kind: "confirm", yes: false } as const;
  };
  expect(await pool.run({ echo: "x" }, { onQuestion })).toBe("x: no");
  expect(asked).toEqual([question]);
});

test("a policy that fails fails the turn", async () => {
  await using pool = createPool({ adapter: jsonTool("asks-question") });
  const onQuestion = () => {
    throw new Error("nobody is there");
  };
  expect(await rejection(pool.run({ echo: "x" }, { onQuestion }))).toMatchObject({
    code: "PROTOCOL_VIOLATION",
    message: expect.stringContaining("nobody is there"),
  });
  expect(await pool.run({ echo: "y" }, { onQuestion: yes })).toBe("y: yes");
});

test("an answer that comes when its turn is over is not sent", async () => {
  const adapter = jsonTool("asks-question", [], {
    // The tool takes any line with an answer for one: this one ends its turn.
    cancel: (id) => ({ id, answer: { yes: false } }),
  });
  await using pool = createPool({ adapter });
  const late = Promise.withResolvers<{ kind: "confirm"; yes: boolean }>();
  const asked = Promise.withResolvers<void>();
  const turn = pool.run(
    { echo: "one" },
    {
      onQuestion: () => {
        asked.resolve();
        return late.promise;
      },
    },
  );
  await asked.promise;
  turn.cancel();
  expect(await rejection(turn)).toMatchObject({ code: "TURN_CANCELLED" });
  const next = pool.run(
    { echo: "two" },
    { onQuestion: () => new Promise(() => {}), turnTimeoutMs: 200 },
  );
  await next.assigned;
  late.resolve({ kind: "confirm", yes: true });
  // Had the late answer been sent, it would have answered this turn's question.
  expect(await rejection(next)).toMatchObject({ code: "TURN_TIMEOUT" });
  expect(pool.status().instances[0]?.generation).toBe(1);
});

import { join } from "node:path";
import { createJournal, type Journal, MemoryJournal, openJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { NOTHING_SPENT } from "../../src/report/spending.ts";
import { edited, outcomeOf, sampleTasks } from "./sample-steps.ts";

const TASKS = sampleTasks(3);
const [A, B, C] = TASKS as [(typeof TASKS)[0], (typeof TASKS)[0], (typeof TASKS)[0]];
const FENCED = { code: "ATTEMPT_FENCED" };
const RETRY = { type: "attempt.failed", sequel: "retry", outcome: "tool-error" } as const;
const REASON = { failureClass: "crash", code: null, message: "it crashed" } as const;
const DELIVERING = { type: "run.delivering", branch: "main", from: "f", to: "t" } as const;

/** A journal, and how the next process finds it. */
interface Kind {
  readonly name: string;
  create(): Promise<Journal>;
  reopen(journal: Journal): Promise<Journal>;
}

const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());
let journals = 0;
const opened: Journal[] = [];
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
});
const paths = new WeakMap<Journal, string>();
const at = (path: string, journal: Journal): Journal => {
  paths.set(journal, path);
  opened.push(journal);
  return journal;
};
const sqlite = (durability: "process" | "power"): Kind => ({
  name: `SqliteJournal, durable for ${durability}`,
  async create() {
    journals += 1;
    const path = join(folder.path, `${journals}.sqlite`);
    const journal = createJournal(path, { durability });
    return at(path, journal);
  },
  async reopen(journal) {
    const path = paths.get(journal) ?? "";
    await journal.close();
    return at(path, openJournal(path, { durability }).journal);
  },
});
const memory: Kind = {
  name: "MemoryJournal",
  create: async () => new MemoryJournal(),
  reopen: async (journal) => journal,
};

describe.each([memory, sqlite("process"), sqlite("power")])("$name", ({ create, reopen }) => {
  async function planned(): Promise<Journal> {
    const journal = await create();
    await journal.plan(TASKS);
    return journal;
  }

  test("tokens only grow, and planning again forgets nothing", async () => {
    let journal = await planned();
    expect(await journal.open(A.id)).toBe(1);
    expect(await journal.open(A.id)).toBe(2);
    await journal.plan(TASKS);
    journal = await reopen(journal);
    expect(await journal.open(A.id)).toBe(3);
    expect(await journal.open(B.id)).toBe(1);
  });

  test("a stale attempt's word is refused, the newest one's is recorded", async () => {
    const journal = await planned();
    const stale = await journal.open(A.id);
    const newest = await journal.open(A.id);
    const end = (token: number | null) =>
      journal.record({ type: "task.ended", token, outcome: outcomeOf(A, "landed") });
    await expect(end(stale)).rejects.toMatchObject(FENCED);
    await expect(end(null)).rejects.toMatchObject(FENCED);
    const committed = { type: "attempt.committed", task: A.id, token: stale } as const;
    await expect(journal.record({ ...committed, result: edited("c") })).rejects.toMatchObject(
      FENCED,
    );
    await end(newest);
    expect([...journal.entries()][0]).toMatchObject({ token: 2, outcome: { outcome: "landed" } });
  });

  test("what landed so many landings ago is known, whatever was recorded in between", async () => {
    let journal = await planned();
    const land = async (task: typeof A, commit: string): Promise<void> => {
      const token = await journal.open(task.id);
      const { evidence } = edited(commit);
      await journal.record({
        type: "task.ended",
        token,
        outcome: { ...outcomeOf(task, "landed"), evidence },
      });
    };
    expect(journal.landedBack(0)).toBeNull();
    await land(B, "first");
    const token = await journal.open(C.id);
    await journal.record({ type: "task.ended", token, outcome: outcomeOf(C, "no-change") });
    await land(A, "second");
    journal = await reopen(journal);
    expect([0, 1, 2].map((back) => journal.landedBack(back))).toEqual(["second", "first", null]);
  });

  test("an outcome is recorded once, also without any attempt", async () => {
    let journal = await planned();
    const end = (outcome: "skipped" | "cancelled") =>
      journal.record({ type: "task.ended", token: null, outcome: outcomeOf(A, outcome) });
    await end("skipped");
    journal = await reopen(journal);
    await expect(end("cancelled")).rejects.toMatchObject(FENCED);
    await expect(journal.open(A.id)).rejects.toMatchObject(FENCED);
    expect(journal.tally().counts).toMatchObject({ skipped: 1, cancelled: 0 });
  });

  test("nothing is said about an attempt that was not opened", async () => {
    const journal = await planned();
    const failed = { ...RETRY, task: A.id, token: 0, reason: null, result: null };
    await expect(journal.record(failed)).rejects.toMatchObject(FENCED);
    expect(journal.attempts(A.id)).toEqual([]);
  });

  test("a task that was not planned is unknown", async () => {
    const journal = await planned();
    const unknown = { code: "JOURNAL_UNKNOWN_TASK" };
    await expect(journal.open("other")).rejects.toMatchObject(unknown);
    const withdrawn = { type: "task.withdrawn", task: "other", reason: "gone" } as const;
    await expect(journal.record(withdrawn)).rejects.toMatchObject(unknown);
    expect(() => journal.attempts("other")).toThrow(expect.objectContaining(unknown));
  });

  test("the attempts at a task are told with all that became of them", async () => {
    let journal = await planned();
    const first = edited("c1");
    const second = edited("c2");
    const token = await journal.open(A.id);
    const failed = { ...RETRY, task: A.id, reason: REASON };
    await journal.record({ ...failed, token, result: first });
    await journal.open(A.id);
    await journal.record({ type: "attempt.committed", task: A.id, token: 2, result: second });
    await journal.record({
      ...failed,
      sequel: "replay",
      outcome: "conflict",
      token: 2,
      result: null,
    });
    await journal.open(A.id);
    await journal.record({ type: "attempt.committed", task: A.id, token: 3, result: first });
    await journal.open(A.id, "aider");
    journal = await reopen(journal);
    const at = expect.any(Number);
    expect(journal.attempts(A.id)).toEqual([
      {
        token: 1,
        openedAt: at,
        result: first,
        committed: false,
        sequel: "retry",
        end: { outcome: "tool-error", reason: REASON },
      },
      {
        token: 2,
        openedAt: at,
        result: second,
        committed: false,
        sequel: "replay",
        end: { outcome: "conflict", reason: REASON },
      },
      { token: 3, openedAt: at, result: first, committed: true, sequel: null, end: null },
      {
        token: 4,
        openedAt: at,
        tool: "aider",
        result: null,
        committed: false,
        sequel: null,
        end: null,
      },
    ]);
    expect(journal.attempts(B.id)).toEqual([]);
  });

  test("what is unfinished comes in the order of the plan, whatever was done in between", async () => {
    let journal = await create();
    await journal.plan([B, A]);
    await journal.plan([A, C]);
    await journal.open(A.id);
    await journal.record({ type: "task.ended", token: 1, outcome: outcomeOf(A, "landed") });
    await journal.open(C.id);
    journal = await reopen(journal);
    expect(journal.unfinished()).toEqual([
      { task: B, token: 0, outcome: null, withdrawn: false },
      { task: C, token: 1, outcome: null, withdrawn: false },
    ]);
    expect([...journal.entries()].map(({ task }) => task)).toEqual([B, A, C]);
  });

  test("a task that is withdrawn is no part of the run, until it is reopened", async () => {
    let journal = await planned();
    const reason = "no longer wanted";
    await journal.open(A.id);
    await journal.record({ type: "task.withdrawn", task: A.id, reason });
    expect(journal.size).toBe(2);
    await expect(journal.open(A.id)).rejects.toMatchObject(FENCED);
    await expect(
      journal.record({ type: "task.withdrawn", task: A.id, reason }),
    ).rejects.toMatchObject(FENCED);
    journal = await reopen(journal);
    expect(journal.unfinished().map(({ task }) => task)).toEqual([B, C]);
    expect([...journal.entries()][0]).toMatchObject({ withdrawn: true, outcome: null });
    await journal.record({ type: "task.reopened", task: A.id, reason });
    expect(journal.size).toBe(3);
    expect(await journal.open(A.id)).toBe(2);
  });

  test("a task that is reopened has no outcome, and its history", async () => {
    let journal = await planned();
    await journal.open(A.id);
    await journal.record({ type: "task.ended", token: 1, outcome: outcomeOf(A, "tool-error") });
    await journal.record({ type: "task.reopened", task: A.id, reason: "retry" });
    journal = await reopen(journal);
    expect(journal.tally().counts["tool-error"]).toBe(0);
    expect(journal.unfinished()).toHaveLength(3);
    expect(journal.attempts(A.id)).toHaveLength(1);
    expect(await journal.open(A.id)).toBe(2);
    await journal.record({ type: "task.ended", token: 2, outcome: outcomeOf(A, "landed") });
    expect(journal.tally().counts).toMatchObject({ "tool-error": 0, landed: 1 });
  });

  test("the tally adds outcomes and open attempts; what is unknown makes the sum unknown", async () => {
    let journal = await planned();
    const usage = { inputTokens: 100, outputTokens: 10, modelCalls: 1 };
    const spent = { usage, costUsd: 0.25, knownUsage: usage, knownCostUsd: 0.25 };
    await journal.open(A.id);
    const result = edited("c", { usage, costUsd: 0.25 });
    await journal.record({ ...RETRY, task: A.id, token: 1, reason: null, result });
    await journal.open(A.id);
    await journal.record({ type: "task.ended", token: 2, outcome: outcomeOf(A, "landed", spent) });
    await journal.open(B.id);
    await journal.record({ type: "attempt.committed", task: B.id, token: 1, result });
    journal = await reopen(journal);
    expect(journal.tally()).toMatchObject({
      counts: { landed: 1 },
      spent: {
        usage: { inputTokens: 200, outputTokens: 20, modelCalls: 2 },
        costUsd: expect.closeTo(0.5, 9),
      },
    });

    const blind = edited("c", { usage: "unknown", costUsd: "unknown" });
    await journal.record({ ...RETRY, task: B.id, token: 1, reason: null, result: blind });
    const knownUsage = usage;
    expect(journal.tally().spent).toEqual({
      usage: "unknown",
      costUsd: "unknown",
      knownUsage,
      knownCostUsd: expect.closeTo(0.25, 9),
    });
    await journal.open(B.id);
    await journal.record({ ...RETRY, task: B.id, token: 2, reason: null, result });
    journal = await reopen(journal);
    expect(journal.tally().spent.knownUsage).toMatchObject({ inputTokens: 200, modelCalls: 2 });
    await journal.record({ type: "task.reopened", task: A.id, reason: "again" });
    expect(journal.tally()).toMatchObject({
      counts: { landed: 0 },
      spent: { usage: "unknown", knownCostUsd: expect.closeTo(0.5, 9) },
    });
  });

  test("a run in which nobody counted says so", async () => {
    const journal = await planned();
    expect(journal.tally().spent).toEqual(NOTHING_SPENT);
    expect(journal.size).toBe(3);
  });

  test("marks are kept in their order, with their time", async () => {
    let journal = await create();
    const before = Date.now();
    await journal.mark({ type: "run.resumed", base: "b1" });
    await journal.plan(TASKS);
    await journal.mark(DELIVERING);
    journal = await reopen(journal);
    await journal.mark({ type: "run.resumed", base: "b2" });
    expect(journal.marks()).toEqual([
      { type: "run.resumed", base: "b1", at: expect.any(Number) },
      { ...DELIVERING, at: expect.any(Number) },
      { type: "run.resumed", base: "b2", at: expect.any(Number) },
    ]);
    for (const { at } of journal.marks()) expect(at).toBeGreaterThanOrEqual(before);
  });

  test("many transitions at once are each recorded", async () => {
    let journal = await create();
    const tasks = sampleTasks(300);
    await journal.plan(tasks);
    await Promise.all(
      tasks.map(async (task) => {
        const token = await journal.open(task.id);
        const result = edited(task.id);
        await journal.record({ type: "attempt.committed", task: task.id, token, result });
        await journal.record({ type: "task.ended", token, outcome: outcomeOf(task, "landed") });
      }),
    );
    journal = await reopen(journal);
    expect(journal.tally().counts.landed).toBe(300);
    expect(journal.unfinished()).toEqual([]);
    const entries = [...journal.entries()];
    expect(entries.map(({ task }) => task)).toEqual(tasks);
    expect(entries.map(({ outcome }) => outcome?.task)).toEqual(tasks.map(({ id }) => id));
    await journal.close();
    await journal.close();
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { RECORD } from "../integrity/sample-history.ts";
import { edited, outcomeOf, sampleTasks } from "../sample-steps.ts";

test("plain SQL tells of the run, its tasks, attempts and outcomes", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "journal.sqlite");
  const journal = createJournal(path, { now: () => Date.UTC(2030, 0, 2, 3, 4, 5, 678) });
  const at = "2030-01-02T03:04:05.678Z";
  await journal.mark({ type: "run.begun", record: RECORD });
  const [a, b, c] = sampleTasks(3);
  if (a === undefined || b === undefined || c === undefined) throw new Error("There are three.");
  await journal.plan([a, b, c]);
  const token = await journal.open(a.id);
  const usage = { inputTokens: 10, outputTokens: 2 };
  const result = edited("c1", { usage, costUsd: 0.5 });
  const reason = { failureClass: "crash", code: null, message: "it crashed" } as const;
  const failed = { type: "attempt.failed", task: a.id, token, sequel: "retry" } as const;
  await journal.record({ ...failed, outcome: "tool-error", reason, result });
  await journal.open(a.id);
  const spent = { usage, costUsd: 0.5, knownUsage: usage, knownCostUsd: 0.5 };
  const landed = outcomeOf(a, "landed", spent);
  const outcome = { ...landed, evidence: { ...landed.evidence, commit: "c2" } };
  await journal.record({ type: "task.ended", token: 2, outcome });
  await journal.record({ type: "task.withdrawn", task: c.id, reason: "gone" });

  const database = new DatabaseSync(path, { readOnly: true });
  const all = (query: string) => database.prepare(query).all();
  expect(all("SELECT run, tool, begun_at FROM v_run")).toEqual([
    { run: "r1", tool: "t", begun_at: at },
  ]);
  expect(all("SELECT task, position, files, state, attempts, cost_usd FROM v_tasks")).toEqual([
    { task: a.id, position: 0, files: '["file-0.ts"]', state: "ended", attempts: 2, cost_usd: 0.5 },
    { task: b.id, position: 1, files: '["file-1.ts"]', state: "open", attempts: 0, cost_usd: 0 },
    {
      task: c.id,
      position: 2,
      files: '["file-2.ts"]',
      state: "withdrawn",
      attempts: 0,
      cost_usd: 0,
    },
  ]);
  expect(all("SELECT * FROM v_attempts")).toEqual([
    {
      task: a.id,
      attempt: 1,
      opened_at: at,
      ended_at: at,
      outcome: "tool-error",
      sequel: "retry",
      reason: "it crashed",
      commit: "c1",
    },
    {
      task: a.id,
      attempt: 2,
      opened_at: at,
      ended_at: at,
      outcome: "landed",
      sequel: null,
      reason: null,
      commit: "c2",
    },
  ]);
  expect(all('SELECT task, outcome, "commit", attempts, ended_at FROM v_outcomes')).toEqual([
    { task: a.id, outcome: "landed", commit: "c2", attempts: 2, ended_at: at },
  ]);
  expect(
    all("SELECT type, attempt FROM v_history WHERE task = (SELECT task FROM v_outcomes)"),
  ).toEqual([
    { type: "task.planned", attempt: null },
    { type: "attempt.opened", attempt: 1 },
    { type: "attempt.failed", attempt: 1 },
    { type: "attempt.opened", attempt: 2 },
    { type: "task.ended", attempt: 2 },
  ]);
  expect(all("SELECT * FROM v_damages")).toEqual([]);
  const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
  const documented = /```sql\n(.*?)```/s.exec(readme)?.[1]?.trim().split("\n") ?? [];
  expect(documented.map((query) => all(query))).toEqual([
    [{ outcome: "landed", tasks: 1, usd: 0.5 }],
    [],
    [{ files: '["file-1.ts"]', prompt: "do it" }],
  ]);
  const views = /\| `v_run`.*?\n\n/s.exec(readme)?.[0].match(/(?<=^\| `)v_\w+/gm);
  const made = all("SELECT name FROM sqlite_schema WHERE type = 'view'").map(({ name }) => name);
  expect(views?.sort()).toEqual(made.sort());
  database.close();
  await journal.close();
});

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openFolder, reportOfRun, resumeRun, undoRun } from "@cluster/batch";
import { leftoverProcesses, TEST_MARKER, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { tasksFor } from "../sample/sample-run.ts";
import { type PlainBench, pages, plainBench } from "./plain-bench.ts";

const PROGRAM = fileURLToPath(new URL("killed-run.ts", import.meta.url));
const FILES = pages(9);
/** Each lands as one more line: twice would be seen. */
const PROMPT = "[fake:no-change] [fake:append=once\\n] [fake:after-edit=sleep=120]";

async function goOn(bench: PlainBench): Promise<Awaited<ReturnType<typeof resumeRun>>> {
  const { store, tool } = bench;
  const repository = await openFolder(bench.path, { directory: bench.locks });
  return resumeRun({ repository, run: "last", store, tool, workers: 3, retryDelayMs: 1 });
}

/** Runs it in a process of its own, which is killed at its nth outcome. */
async function killedAt(bench: PlainBench, outcomes: number): Promise<void> {
  const marker = randomUUID();
  const env = JSON.stringify({ [TEST_MARKER]: marker });
  const store = join(bench.locks, "..", "store");
  const args = [PROGRAM, bench.path, bench.locks, store, PROMPT, env, ...Object.keys(FILES)];
  const child = spawn(process.execPath, ["--conditions=@cluster/source", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    seen += 1;
    if (seen === outcomes) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  await waitFor(() => leftoverProcesses(marker).length === 0, { what: "its tools to end" });
}

test.each([1, 4, 7])(
  "killed at outcome %i and gone on with: every edit is there once, and undo brings all back",
  async (outcomes) => {
    await using bench = await plainBench(FILES);
    await killedAt(bench, outcomes);
    await using run = await goOn(bench);
    const report = await run.finished;
    expect(report.counts).toMatchObject({ landed: 9, cancelled: 0 });
    for (const [name, before] of Object.entries(FILES)) {
      expect(await bench.read(name)).toBe(`${before}once\n`);
    }
    const names = await readdir(bench.locks, { recursive: true });
    expect(names.filter((name) => /owner-/.test(name))).toEqual([]);

    const undone = await undoRun({ repository: bench.path, run: "last", store: bench.store });
    expect(undone).toMatchObject({ restored: Object.keys(FILES).sort(), changed: [] });
    for (const [name, before] of Object.entries(FILES)) expect(await bench.read(name)).toBe(before);
  },
);

test("stopped in the middle: files are as before or as landed, and the rest is done later", async () => {
  await using bench = await plainBench(FILES);
  await using run = await bench.start(tasksFor(Object.keys(FILES), PROMPT));
  await waitFor(() => run.status().counts.landed >= 2, { what: "some to land" });
  run.stop();
  const stopped = await run.finished;
  expect(stopped.delivery.kind).toBe("in-place");
  for (const { files, outcome, evidence } of stopped.tasks) {
    const [name = ""] = files;
    const before = FILES[name];
    expect(await bench.read(name)).toBe(outcome === "landed" ? `${before}once\n` : before);
    if (outcome === "landed" || evidence.parkedRef === null) continue;
    // Half an edit is not lost.
    expect(await readFile(join(evidence.parkedRef, "files", name), "utf8")).toContain("once");
  }
  await using again = await goOn(bench);
  expect((await again.finished).counts.landed).toBe(9);
  for (const [name, before] of Object.entries(FILES)) {
    expect(await bench.read(name)).toBe(`${before}once\n`);
  }
});

test("what undo took back is made again by whoever goes on, and not told as landed before", async () => {
  await using bench = await plainBench(FILES);
  const once = PROMPT.replace("[fake:after-edit=sleep=120]", "[fake:only=page-9.md:fail=refused]");
  await bench.run(tasksFor(Object.keys(FILES), once), { retries: 0 });
  await writeFile(join(bench.path, "page-1.md"), "mine\n");
  const which = { repository: bench.path, run: "last", store: bench.store };
  expect((await undoRun(which)).changed).toEqual(["page-1.md"]);
  // Again: there is nothing more to take back.
  expect((await undoRun(which)).restored).toEqual([]);
  const site = await openFolder(bench.path, { directory: bench.locks });
  {
    using reader = await bench.store.read(site, "last");
    expect(reportOfRun(reader)).toMatchObject({
      ...{ ok: false, open: 7, counts: { landed: 1, "tool-error": 1 } },
      delivery: { kind: "undone", restored: 7 },
    });
  }
  await using run = await goOn(bench);
  const { counts, tasks, delivery } = await run.finished;
  expect(counts).toMatchObject({ landed: 8, "tool-error": 1 });
  expect(tasks.map(({ attempts }) => attempts)).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 1]);
  expect(delivery.kind).toBe("in-place");
  for (const name of Object.keys(FILES).slice(1, 8)) {
    expect(await bench.read(name)).toBe(`${FILES[name]}once\n`);
  }
  expect((await undoRun(which)).restored).toHaveLength(7);
  expect((await bench.store.list(site))[0]?.end?.delivery).toMatchObject({ restored: 7 });
  for (const name of Object.keys(FILES).slice(1)) expect(await bench.read(name)).toBe(FILES[name]);
});

test("killed, taken back and gone on with: every edit is there", async () => {
  await using bench = await plainBench(FILES);
  await killedAt(bench, 4);
  await undoRun({ repository: bench.path, run: "last", store: bench.store });
  for (const [name, before] of Object.entries(FILES)) expect(await bench.read(name)).toBe(before);
  await using run = await goOn(bench);
  expect((await run.finished).counts.landed).toBe(9);
  for (const [name, before] of Object.entries(FILES)) {
    expect(await bench.read(name)).toBe(`${before}once\n`);
  }
});

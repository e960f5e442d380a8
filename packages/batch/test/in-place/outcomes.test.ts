import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Answer,
  cleanRun,
  openFolder,
  reportOfRun,
  reportToMarkdown,
  startRun,
  undoRun,
} from "@cluster/batch";
import { expect, test } from "vitest";
import { tasksFor } from "../sample/sample-run.ts";
import { pages, plainBench } from "./plain-bench.ts";

test("a folder without git: edits stay, what failed is as it was and kept, and all can be taken back", async () => {
  const files = pages(6);
  await using bench = await plainBench(files);
  const prompt = [
    "edit",
    "[fake:only=page-2.md:after-edit=fail=refused]",
    "[fake:only=page-3.md:no-change]",
    "[fake:only=page-4.md:after-edit=crash]",
  ].join(" ");
  const report = await bench.run(tasksFor(Object.keys(files), prompt), { retries: 0 });

  expect(report.counts).toMatchObject({ landed: 3, "no-change": 1, "tool-error": 2 });
  expect(report.delivery).toMatchObject({ kind: "in-place", folder: bench.path });
  for (const name of ["page-1.md", "page-5.md", "page-6.md"]) {
    expect(await bench.read(name)).toContain("DOC_ID");
  }
  for (const name of ["page-2.md", "page-3.md", "page-4.md"]) {
    expect(await bench.read(name)).toBe(files[name]);
  }
  const refused = report.tasks[1]?.evidence;
  expect(refused?.changes).toMatchObject([{ path: "page-2.md", status: "modified" }]);
  const kept = await readFile(join(refused?.parkedRef ?? "", "edit.patch"), "utf8");
  expect(kept).toContain("+++ b/page-2.md");
  expect(await bench.leftovers()).toEqual([]);

  await writeFile(join(bench.path, "page-5.md"), "mine\n");
  const undone = await undoRun({ repository: bench.path, run: "last", store: bench.store });
  expect(undone).toMatchObject({
    run: report.run,
    restored: ["page-1.md", "page-6.md"],
    changed: ["page-5.md"],
  });
  expect(await bench.read("page-1.md")).toBe(files["page-1.md"]);
  expect(await bench.read("page-5.md")).toBe("mine\n");

  const site = await openFolder(bench.path, { directory: bench.locks });
  const told = { kind: "undone", restored: 2, changed: ["page-5.md"] };
  {
    using reader = await bench.store.read(site, "last");
    const after = reportOfRun(reader);
    expect(after).toMatchObject({ end: report.end, delivery: told });
    expect(reportToMarkdown(after)).toMatch(/^# Run \S+: undone, 2 files as before$/m);
  }
  // Again: nothing is left to take back, and what was told stays.
  await undoRun({ repository: bench.path, run: "last", store: bench.store });
  const [summary] = await bench.store.list(site);
  expect(summary?.end?.delivery).toMatchObject(told);
});

test("what verify changes is part of the edit; what it refuses is brought back and kept", async () => {
  await using bench = await plainBench(pages(2));
  const report = await bench.run(tasksFor(Object.keys(pages(2)), "edit"), {
    verify: 'echo formatted >> "$1"; [ "$1" != page-2.md ]',
  });
  expect(report.tasks.map(({ outcome }) => outcome)).toEqual(["landed", "verify-failed"]);
  expect(await bench.read("page-1.md")).toMatch(/DOC_ID(.|\n)*formatted\n$/);
  expect(await bench.read("page-2.md")).toBe("# page-2.md\n");
  const { parkedRef } = report.tasks[1]?.evidence ?? {};
  expect(await readFile(join(parkedRef ?? "", "files/page-2.md"), "utf8")).toContain("formatted");
});

test("a turn that takes too long leaves its file as it was, and half an edit is kept", async () => {
  await using bench = await plainBench(pages(1));
  const report = await bench.run(tasksFor(["page-1.md"], "edit [fake:after-edit=hang-deaf]"), {
    timeoutMs: 1_500,
    retries: 0,
  });
  expect(report.tasks[0]).toMatchObject({ outcome: "timeout" });
  expect(await bench.read("page-1.md")).toBe("# page-1.md\n");
  const { parkedRef } = report.tasks[0]?.evidence ?? {};
  expect(await readFile(join(parkedRef ?? "", "files/page-1.md"), "utf8")).toContain("DOC_ID");
});

test("tasks with a common file take turns on it, and none undoes another", async () => {
  await using bench = await plainBench({ "a.md": "", "b.md": "" });
  const words = ["one", "two", "three", "four"];
  const tasks = words.map((word, at) => ({
    prompt: `[fake:no-change] [fake:sleep=30] [fake:append=${word}\\n]`,
    files: at === 3 ? ["b.md", "a.md"] : ["a.md"],
  }));
  const report = await bench.run(tasks, { workers: 4 });
  expect(report.counts.landed).toBe(4);
  expect((await bench.read("a.md")).trim().split("\n").sort()).toEqual([...words].sort());
  expect(await bench.read("b.md")).toBe("four\n");
});

test("changes elsewhere are told to all who were at work, are nobody's, and stay", async () => {
  await using bench = await plainBench({ ...pages(2), "other.md": "0\n" });
  const bothAtWork = Promise.withResolvers<void>();
  let asked = 0;
  const onQuestion = async (): Promise<Answer> => {
    asked += 1;
    if (asked === 2) bothAtWork.resolve();
    await bothAtWork.promise;
    return { kind: "confirm", yes: true };
  };
  const prompt = "edit [fake:ask=Now?] [fake:only=page-1.md:outside=other.md]";
  const tasks = tasksFor(["page-1.md", "page-2.md"], prompt);
  // The one that is told nothing by itself looks last.
  const verify = 'case "$1" in page-2.md) until grep -q outside other.md; do :; done;; esac';
  const report = await bench.run(tasks, { workers: 2, onQuestion, verify });
  expect(report.counts.landed).toBe(2);
  for (const { evidence } of report.tasks) {
    expect(evidence.strays).toMatchObject([{ path: "other.md", status: "modified" }]);
    expect(evidence).toMatchObject({ outside: [], outsideRef: null });
  }
  expect(await bench.read("other.md")).toContain("outside the task's");
});

test.each([
  [{ files: [] }, {}, "NO_FILES"],
  [{ files: ["sub"] }, {}, "NO_FILES"],
  [{ files: ["sub/a.md"] }, { allowOutside: true }, "OPTION_INVALID"],
  [{ files: ["sub/a.md"] }, { keepWorktrees: true }, "OPTION_INVALID"],
  [{ files: ["sub/a.md"] }, { place: "worktrees" as const }, "OPTION_INVALID"],
])("%j with %j is refused with %s", async ({ files }, options, code) => {
  await using bench = await plainBench({ "sub/a.md": "0\n" });
  const refused = bench.start([{ prompt: "edit", files }], options);
  await expect(refused).rejects.toMatchObject({ code });
});

test("a path is opened in place when that is asked for, and not otherwise", async () => {
  await using bench = await plainBench(pages(1));
  const options = { repository: bench.path, tasks: tasksFor(["page-1.md"], "edit"), ...bench };
  await expect(startRun(options)).rejects.toMatchObject({ code: "NOT_A_REPOSITORY" });
  await using run = await startRun({ ...options, place: "in-place" });
  expect((await run.finished).counts.landed).toBe(1);
});

test("what stood there before an edit in place is not cleaned away unless that is forced", async () => {
  await using bench = await plainBench({ "a.md": "a\n" });
  const report = await bench.run([{ prompt: "edit", files: ["a.md"] }]);
  expect(report.counts.landed).toBe(1);
  const which = { repository: bench.path, run: "last", store: bench.store };
  const kept = await cleanRun(which);
  expect(kept).toMatchObject({ removed: [], kept: [{ reason: "originals" }] });
  await undoRun(which);
  expect(await bench.read("a.md")).toBe("a\n");
  const forced = await cleanRun({ ...which, force: true });
  expect(forced).toMatchObject({ kept: [], removed: [kept.kept[0]?.what] });
});

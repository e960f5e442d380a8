import { readFile, writeFile } from "node:fs/promises";
import type { CanaryReport, RunEvent } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

/** The tasks that began before the first ones were judged, and whether they had all ended by then. */
function beforeJudgement(events: readonly RunEvent[]): { begun: string[]; ended: number } {
  const judged = events.findIndex(({ type }) => type === "run.canary-judged");
  const before = events.slice(0, judged < 0 ? undefined : judged);
  return {
    begun: before.flatMap((event) => (event.type === "attempt.started" ? event.files : [])),
    ended: before.filter(({ type }) => type === "task.ended").length,
  };
}

test("the first tasks go before all others, which follow when none of them failed", async () => {
  await using sample = await bench({ files: 9 });
  const { files } = sample.repository;
  const { report, events } = await sample.run(tasksFor(files, "Edit"), { canary: 3 });
  expect(report).toMatchObject({ ok: true, counts: { landed: 9 } });
  const { begun, ended } = beforeJudgement(events);
  expect(begun.sort()).toEqual([files[0], files[3], files[6]]);
  expect(ended).toBe(3);
});

test("when one of them fails the run halts, and the others were never begun", async () => {
  await using sample = await bench({ files: 9 });
  const { files } = sample.repository;
  const prompt = `Edit [fake:only=${files[3]}:fail=refused]`;
  const { report } = await sample.run(tasksFor(files, prompt), { canary: 3 });
  expect(report).toMatchObject({
    end: "halted",
    counts: { landed: 2, "tool-error": 1, cancelled: 6 },
    delivery: { kind: "kept" },
  });
  expect(report.haltReason).toContain("1 of them failed");
});

test("whoever judges sees what the first tasks landed, and decides", async () => {
  await using sample = await bench({ files: 6 });
  const { files } = sample.repository;
  const seen: CanaryReport[] = [];
  const diffs: string[] = [];
  const show = async (report: CanaryReport): Promise<void> => {
    for (const { evidence } of report.tasks) {
      diffs.push(await sample.repository.git("show", "--format=", evidence.commit ?? ""));
    }
  };
  const judge = (report: CanaryReport): boolean => {
    seen.push(report);
    return seen.length > 1;
  };
  const canary = { tasks: 2, show, judge };
  const { report } = await sample.run(tasksFor(files, "Edit"), { canary });
  expect(report).toMatchObject({ end: "halted", counts: { landed: 2, cancelled: 4 } });
  expect(seen[0]).toMatchObject({
    ok: true,
    tasks: [{ index: 0 }, { index: 3 }],
    first: [{ files: [files[0]] }, { files: [files[3]] }],
    rest: [1, 2, 4, 5].map((index) => ({ index })),
  });
  expect(diffs.every((diff) => diff.includes("+"))).toBe(true);
  expect((await sample.run(tasksFor(files, "Edit more"), { canary })).report.end).toBe("complete");
});

test("a command decides, where everything is as it landed", async () => {
  await using folder = await temporaryFolder();
  await using sample = await bench({ files: 6 });
  const { files } = sample.repository;
  const seen = `${folder.path}/seen`;
  await writeFile(seen, "");
  const command = `grep -l DOC_ID "$@" >> ${seen}`;
  const good = await sample.run(tasksFor(files, "Edit"), {
    canary: { tasks: 2, verify: command },
  });
  expect(good.report.ok).toBe(true);
  expect((await readFile(seen, "utf8")).trim().split("\n")).toEqual([files[0], files[3]]);
  const bad = await sample.run(tasksFor(files, "Edit [fake:append=x]"), {
    canary: { tasks: 2, verify: "echo not good enough; exit 1" },
  });
  expect(bad.report).toMatchObject({ end: "halted", counts: { landed: 2, cancelled: 4 } });
  expect(bad.report.haltReason).toContain("not good enough");
  expect(await sample.leftovers()).toEqual([]);
});

test("a judge that fails halts the run, and one that is not waited for any longer hears of it", async () => {
  await using sample = await bench({ files: 4 });
  const tasks = tasksFor(sample.repository.files, "Edit");
  const judge = (): Promise<boolean> => Promise.reject(new Error("no terminal"));
  const { report } = await sample.run(tasks, { canary: { tasks: 1, judge } });
  expect(report.haltReason).toContain("no terminal");
  await using run = await sample.start(tasks, {
    canary: {
      tasks: 1,
      judge: (_report, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(false));
          run.drain();
        }),
    },
  });
  expect(await run.finished).toMatchObject({ end: "interrupted", counts: { cancelled: 3 } });
});

test("tasks that follow others wait for the trial too", async () => {
  await using sample = await bench({ files: 4 });
  const tasks = sample.repository.files.map((file, index) => ({
    prompt: "Edit",
    files: [file],
    name: `task ${index}`,
    ...(index === 3 ? { after: ["task 0"] } : {}),
  }));
  const { report, events } = await sample.run(tasks, { canary: 2 });
  expect(report).toMatchObject({ ok: true, counts: { landed: 4 } });
  expect(beforeJudgement(events).begun).toHaveLength(2);
});

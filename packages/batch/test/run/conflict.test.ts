import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench } from "../sample/sample-run.ts";

/** A verify command that says at which attempt it is, and waits for its gate to open. */
function gate(folder: string, name: string): string {
  return [
    `n=1; while [ -e "${folder}/${name}-at-$n" ]; do n=$((n+1)); done`,
    `touch "${folder}/${name}-at-$n"`,
    `while [ ! -e "${folder}/${name}-go-$n" ]; do sleep 0.02; done`,
  ].join("; ");
}

async function gates() {
  const folder = await temporaryFolder();
  await mkdir(folder.path, { recursive: true });
  return {
    verify: (name: string) => gate(folder.path, name),
    reached: (name: string, attempt: number) =>
      waitFor(() => existsSync(`${folder.path}/${name}-at-${attempt}`), {
        what: `${name} to reach its gate in attempt ${attempt}`,
        timeoutMs: 30_000,
      }),
    open: (name: string, attempt: number) => writeFile(`${folder.path}/${name}-go-${attempt}`, ""),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("an edit that does not fit any more is made again on the new tip, and lands", async () => {
  await using sample = await bench({ files: 1 });
  await using doors = await gates();
  const { files } = sample.repository;
  await using run = await sample.start([
    { prompt: "[fake:append=slow]", files, verify: doors.verify("slow") },
    { prompt: "[fake:append=quick]", files },
  ]);
  await doors.reached("slow", 1);
  await waitFor(() => run.status().counts.landed === 1, { what: "the quick one to land" });
  await doors.open("slow", 1);
  await doors.reached("slow", 2);
  await doors.open("slow", 2);
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 2 } });
  expect(report.tasks[0]).toMatchObject({ attempts: 2 });
  expect(await sample.repository.read(files[0] ?? "")).toContain("quick");
  expect(await sample.repository.read(files[0] ?? "")).toContain("slow");
});

test("a second conflict parks the commit under the task's ref", async () => {
  await using sample = await bench({ files: 1 });
  await using doors = await gates();
  const { files } = sample.repository;
  await using run = await sample.start(
    [
      { prompt: "[fake:append=slow]", files, verify: doors.verify("slow") },
      { prompt: "[fake:append=first]", files, verify: doors.verify("first") },
      { prompt: "[fake:append=second]", files, verify: doors.verify("second") },
    ],
    { workers: 2 },
  );
  await Promise.all([doors.reached("slow", 1), doors.reached("first", 1)]);
  await doors.open("first", 1);
  await waitFor(() => run.status().counts.landed === 1, { what: "the first to land" });
  // Begun before the first landed or not, the second lands at the latest in its second attempt.
  await doors.reached("second", 1);
  await doors.open("slow", 1);
  await doors.reached("slow", 2);
  await doors.open("second", 1);
  await doors.open("second", 2);
  await waitFor(() => run.status().counts.landed === 2, { what: "the second to land" });
  await doors.open("slow", 2);

  const report = await run.finished;
  expect(report).toMatchObject({ ok: false, counts: { landed: 2, conflict: 1 } });
  const { evidence, reason, outcome, attempts } = report.tasks[0] ?? {};
  expect(outcome).toBe("conflict");
  expect(attempts).toBe(2);
  expect(reason).toMatchObject({ code: "CONFLICT" });
  expect(reason?.message).toContain(files[0]);
  expect(await sample.repository.git("show", `${evidence?.parkedRef}:${files[0]}`)).toContain(
    "slow",
  );
  expect(await sample.repository.read(files[0] ?? "")).not.toContain("slow");
});

test("two tasks in different files of one folder do not disturb one another", async () => {
  await using sample = await bench({ files: 12 });
  const tasks = sample.repository.files.map((file) => ({ prompt: "edit", files: [file] }));
  const { report } = await sample.run(tasks, { workers: 4 });
  expect(report.counts.landed).toBe(12);
  expect(report.tasks.every(({ attempts }) => attempts === 1)).toBe(true);
});

test("an edit that did not fit and is not made again is a conflict, and is kept", async () => {
  await using sample = await bench({ files: 1 });
  await using doors = await gates();
  const { files } = sample.repository;
  await using run = await sample.start([
    // No edit of its own in the second attempt.
    { prompt: "[fake:no-change] [fake:first=1:append=slow]", files, verify: doors.verify("slow") },
    { prompt: "[fake:append=quick]", files },
  ]);
  await doors.reached("slow", 1);
  await waitFor(() => run.status().counts.landed === 1, { what: "the quick one to land" });
  await doors.open("slow", 1);
  const report = await run.finished;
  expect(report).toMatchObject({ ok: false, counts: { landed: 1, conflict: 1, "no-change": 0 } });
  const { evidence, reason, attempts } = report.tasks[0] ?? {};
  expect(attempts).toBe(2);
  expect(reason).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("kept") });
  const parked = `${evidence?.parkedRef}:${files[0]}`;
  expect(await sample.repository.git("show", parked)).toContain("slow");
});

test("edits elsewhere of an attempt that is made again are kept, as those of the last one are", async () => {
  await using sample = await bench({ files: 3 });
  await using doors = await gates();
  const [file = "", once = "", always = ""] = sample.repository.files;
  const prompt = `[fake:append=slow] [fake:first=1:outside=${once}] [fake:outside=${always}]`;
  await using run = await sample.start([
    { prompt, files: [file], verify: doors.verify("slow") },
    { prompt: "[fake:append=quick]", files: [file] },
  ]);
  await doors.reached("slow", 1);
  await waitFor(() => run.status().counts.landed === 1, { what: "the quick one to land" });
  await doors.open("slow", 1);
  await doors.reached("slow", 2);
  await doors.open("slow", 2);
  const report = await run.finished;
  expect(report).toMatchObject({ ok: true, counts: { landed: 2 } });
  const { evidence } = report.tasks[0] ?? {};
  const shown = (ref: string | undefined | null, path: string) =>
    sample.repository.git("show", `${ref}:${path}`);
  expect(evidence?.earlierRefs).toHaveLength(1);
  expect(await shown(evidence?.earlierRefs[0], once)).toContain("outside the task's");
  expect(await shown(evidence?.outsideRef, once)).not.toContain("outside the task's");
  expect(await shown(evidence?.outsideRef, always)).toContain("outside the task's");
});

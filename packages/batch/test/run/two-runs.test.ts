import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("two runs at once in one repository both work", async () => {
  await using sample = await bench({ files: 8 });
  const { files } = sample.repository;
  const [one, two] = await Promise.all([
    sample.run(tasksFor(files.slice(0, 4), "edit")),
    sample.run(tasksFor(files.slice(4), "edit")),
  ]);
  expect(one.report.run).not.toBe(two.report.run);
  expect(one.report).toMatchObject({ ok: true, delivery: { kind: "merged" } });
  expect(two.report).toMatchObject({ ok: true, delivery: { kind: "merged" } });
  for (const file of files) expect(await sample.repository.read(file)).toContain("DOC_ID");
  expect(await sample.repository.git("status", "--porcelain")).toBe("");
  expect(await sample.leftovers()).toEqual([]);
});

test("the second of two runs with one name says why not", async () => {
  await using sample = await bench({ files: 2 });
  const tasks = tasksFor(sample.repository.files, "edit");
  await using run = await sample.start(tasks, { id: "same" });
  await expect(sample.start(tasks, { id: "same" })).rejects.toMatchObject({
    code: "BRANCH_EXISTS",
  });
  expect(await run.finished).toMatchObject({ ok: true });
});

import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("what landed is brought to where it is wanted", async () => {
  await using sample = await bench({ files: 2 });
  await using folder = await temporaryFolder();
  const delivery = { as: "patches", folder: join(folder.path, "patches") } as const;
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), { delivery });
  expect(report.delivery).toMatchObject({ kind: "patches", folder: delivery.folder, files: 2 });
  expect(await sample.repository.git("rev-list", "--count", "HEAD")).toBe("1");
  expect(await sample.leftovers()).toEqual([]);
});

test("a run that gives up keeps its branch, with the command in the sense of the choice", async () => {
  await using sample = await bench({ files: 3 });
  const [good = "", bad = "", never = ""] = sample.repository.files;
  const tasks = [
    ...tasksFor([good], "edit"),
    ...tasksFor([bad], "[fake:fail=auth]"),
    ...tasksFor([never], "edit"),
  ];
  const { report } = await sample.run(tasks, {
    workers: 1,
    haltAfter: 1,
    delivery: { as: "squash" },
  });
  expect(report.delivery).toMatchObject({
    kind: "kept",
    command: expect.stringMatching(/^git merge --squash cluster\//),
  });
});

test("a choice that is none is refused before anything begins", async () => {
  await using sample = await bench({ files: 1 });
  const delivery = { as: "sqash" as "squash" };
  await expect(
    sample.start(tasksFor(sample.repository.files, "edit"), { delivery }),
  ).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining("sqash") });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

import { openRepository } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("nothing to do, and nothing to say, are refused", async () => {
  await using sample = await bench({ files: 1 });
  await expect(sample.start([])).rejects.toMatchObject({ code: "NO_TASKS" });
  await expect(sample.start(tasksFor(sample.repository.files, " "))).rejects.toMatchObject({
    code: "EMPTY_MESSAGE",
  });
});

test("target files with changes that are not committed are named, with the remedy", async () => {
  await using sample = await bench({ files: 3 });
  const [dirty = "", clean = ""] = sample.repository.files;
  await sample.repository.write(dirty, "changed\n");
  await sample.repository.write("new.md", "new\n");
  const error = await sample.start(tasksFor([dirty, clean, "new.md"], "edit")).catch((e) => e);
  expect(error).toMatchObject({ code: "DIRTY_FILES", paths: [dirty, "new.md"] });
  expect(error.message).toContain("git commit");
  expect(error.message).toContain("git stash");
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
});

test("changes in files that no task touches do no harm", async () => {
  await using sample = await bench({ files: 2 });
  const [mine = "", dirty = ""] = sample.repository.files;
  await sample.repository.write(dirty, "mine alone\n");
  const { report } = await sample.run(tasksFor([mine], "edit"));
  expect(report.counts.landed).toBe(1);
  expect(await sample.repository.read(dirty)).toBe("mine alone\n");
});

test("a file outside the repository is refused", async () => {
  await using sample = await bench({ files: 1 });
  for (const file of ["../other.md", "/etc/passwd", ".git/config"]) {
    await expect(sample.start(tasksFor([file], "edit"))).rejects.toMatchObject({
      code: "PATH_OUTSIDE",
      paths: [file],
    });
  }
});

test("a folder that is no repository, and one without commits, are refused", async () => {
  await using folder = await temporaryFolder();
  await using sample = await bench({ files: 1 });
  await expect(
    sample.start(tasksFor(["a.md"], "edit"), { repository: folder.path }),
  ).rejects.toMatchObject({ code: "NOT_A_REPOSITORY" });
  await using empty = await bench({ files: {} });
  await expect(openRepository(empty.repository.path)).rejects.toMatchObject({ code: "NO_COMMITS" });
  await expect(empty.start(tasksFor(["a.md"], "edit"))).rejects.toMatchObject({
    code: "NO_COMMITS",
  });
});

test.each([
  ["workers", 0],
  ["workers", 1.5],
  ["workers", "x"],
  ["context", "none"],
  ["timeoutMs", 0],
  ["timeoutMs", Number.NaN],
  ["retries", -1],
  ["haltAfter", 0],
  ["model", ""],
  ["verify", " "],
  ["verifyTimeoutMs", "1s"],
  ["secrets", [1]],
  ["tool", {}],
])("%s: %j is refused, and the message names it", async (name, value) => {
  await using sample = await bench({ files: 1 });
  const error = await sample
    .start(tasksFor(sample.repository.files, "edit"), { [name]: value })
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "OPTION_INVALID" });
  expect(error.message).toMatch(new RegExp(`^${name}: expected .*, found ${typeof value} `));
});

test("a run that cannot begin leaves no branch", async () => {
  await using sample = await bench({ files: 1 });
  const tasks = tasksFor(sample.repository.files, "edit");
  // A file where a folder is wanted.
  const transcripts = `${sample.repository.path}/${sample.repository.files[0]}/transcripts`;
  const outcome = await sample
    .start(tasks, { transcripts })
    .then((run) => run.finished)
    .catch((thrown) => thrown);
  expect(outcome).toMatchObject({ message: expect.stringContaining("transcripts") });
  expect(await sample.repository.git("branch", "--list", "cluster/*")).toBe("");
  expect(await sample.leftovers()).toEqual([]);
});

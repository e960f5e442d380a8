import { readdir, readFile } from "node:fs/promises";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

test("transcripts are written, without secrets", async () => {
  await using sample = await bench({ files: 2 });
  await using folder = await temporaryFolder();
  await sample.run(tasksFor(sample.repository.files, "edit with sk-very-secret"), {
    transcripts: folder.path,
    secrets: ["sk-very-secret"],
  });
  const names = await readdir(folder.path);
  expect(names).toHaveLength(2);
  const texts = await Promise.all(names.map((name) => readFile(`${folder.path}/${name}`, "utf8")));
  expect(texts.join("")).toContain("edit with [redacted]");
  expect(texts.join("")).not.toContain("sk-very-secret");
});

test("worktrees stay when they are asked for, and the report says so", async () => {
  await using sample = await bench({ files: 1 });
  const { report } = await sample.run(tasksFor(sample.repository.files, "edit"), {
    keepWorktrees: true,
  });
  expect(report.warnings).toEqual([expect.stringContaining("git worktree list")]);
  expect(await sample.leftovers()).toEqual([expect.stringMatching(/^worktree /)]);
});

test("there are no more instances than tasks", async () => {
  await using sample = await bench({ files: 2 });
  await using run = await sample.start(tasksFor(sample.repository.files, "edit"), { workers: 50 });
  expect(run.workers).toBe(2);
  expect((await run.finished).workers).toBe(2);
});

test("a task's own model and verify command go before the run's", async () => {
  await using sample = await bench({ files: 2 });
  const [own = "", plain = ""] = sample.repository.files;
  const seen: (string | undefined)[] = [];
  const { connect } = sample.tool;
  const tool: typeof sample.tool = {
    ...sample.tool,
    connect: (process, slot) => {
      const connection = connect(process, slot);
      return {
        ...connection,
        run: (request, context) => {
          seen.push(request.model);
          return connection.run(request, context);
        },
      };
    },
  };
  const { report } = await sample.run(
    [
      { prompt: "edit", files: [own], model: "large", verify: "true" },
      { prompt: "edit", files: [plain] },
    ],
    { tool, model: "small", verify: "false", workers: 1 },
  );
  expect(seen).toEqual(["large", "small"]);
  expect(report.tasks.map(({ outcome }) => outcome)).toEqual(["landed", "verify-failed"]);
});

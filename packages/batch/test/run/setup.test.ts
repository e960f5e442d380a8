import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { bench, tasksFor } from "../sample/sample-run.ts";

const NAMES = ["one.md", "two.md", "three.md", "four.md"];
const FILES = {
  ...Object.fromEntries(NAMES.map((name) => [name, `# ${name}\n`])),
  ".gitignore": "installed/\nseen\n",
};

test("each worktree is set up once, and what a task leaves beside that is gone before the next", async () => {
  await using sample = await bench({ files: FILES });
  const { report } = await sample.run(tasksFor(NAMES, "edit"), {
    workers: 2,
    setup: 'mkdir installed; echo ran >> "$CLUSTER_ROOT/.git/setups"',
    // Each task finds what was installed, and nothing of the task before it.
    verify:
      "[ -d installed ] && [ ! -e installed/task ] && [ ! -e seen ] && touch installed/task seen",
  });
  expect(report.counts).toMatchObject({ landed: 4 });
  expect(await readFile(`${sample.repository.path}/.git/setups`, "utf8")).toBe("ran\nran\n");
});

test("a setup that fails ends the run with what it printed, and runs no more often than there are workers", async () => {
  await using sample = await bench({ files: FILES });
  const { report } = await sample.run(tasksFor(NAMES, "edit"), {
    workers: 1,
    setup: 'echo "no such package"; echo ran >> "$CLUSTER_ROOT/.git/setups"; exit 3',
  });
  expect(report.end).toBe("halted");
  expect(report.haltReason).toContain("no such package");
  expect(report.tasks[0]?.reason?.message).toContain("The setup command exited with code 3");
  expect(await readFile(`${sample.repository.path}/.git/setups`, "utf8")).toBe("ran\n");
  expect(await sample.leftovers()).toEqual([]);
});

test("stopping does not wait for a setup", async () => {
  await using sample = await bench({ files: FILES });
  const run = await sample.start(tasksFor(NAMES, "edit"), {
    setup: 'touch "$CLUSTER_ROOT/.git/began"; sleep 600',
  });
  await waitFor(() => existsSync(`${sample.repository.path}/.git/began`));
  run.stop();
  expect((await run.finished).end).toBe("interrupted");
  expect(await sample.leftovers()).toEqual([]);
});

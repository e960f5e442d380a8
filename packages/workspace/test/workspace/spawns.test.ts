import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { workSetting, write } from "../setting.ts";

test("a task costs four starts of git from reset to commit, and landing at most one", async () => {
  await using folder = await temporaryFolder();
  const trace = join(folder.path, "trace");
  await using at = await workSetting({
    files: 218,
    environment: { GIT_TRACE2_EVENT: trace },
  });
  // Git's own children have a slash in their session.
  const started = async (): Promise<number> =>
    (await readFile(trace, "utf8"))
      .split("\n")
      .filter((line) => line.startsWith('{"event":"start"') && !/"sid":"[^"]*\//.test(line)).length;
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await started();
    await work();
    return (await started()) - before;
  };
  const task = async (path: string): Promise<string> => {
    await at.workspace.reset(at.run.base);
    await write(at.workspace, path, "changed\n");
    const changes = await at.workspace.changes([path]);
    return String(await at.workspace.commit({ paths: [path], message: "x", changes }));
  };
  const commits: string[] = [];
  const next = async (): Promise<void> => {
    commits.push(await task(`docs/page-00${commits.length + 1}.md`));
  };
  // Those that stay for the run, and are asked from then on, start with the first.
  expect(await cost(next)).toBe(4 + 2);
  expect(await cost(next)).toBe(4);
  expect(await cost(next)).toBe(4);
  for (const commit of commits) {
    // The git that moves the branch is a new one each second.
    expect(await cost(() => at.run.land(commit))).toBeLessThanOrEqual(1);
  }
  expect(await at.sample.git("rev-list", "--count", `${at.run.base}..${at.run.ref}`)).toBe("3");
});

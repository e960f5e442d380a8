import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { workSetting, write } from "../setting.ts";

test("a task costs six starts of git from reset to commit, and landing one, or three behind others", async () => {
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
  let first = "";
  let second = "";
  expect(
    await cost(async () => {
      first = await task("docs/page-001.md");
    }),
  ).toBe(6);
  expect(
    await cost(async () => {
      second = await task("docs/page-002.md");
    }),
  ).toBe(6);
  expect(await cost(() => at.run.land(first))).toBe(1);
  expect(await cost(() => at.run.land(second))).toBe(3);
});

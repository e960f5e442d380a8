import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, it } from "vitest";
import { placesOfLastLines } from "../../src/logs/last-lines.ts";

it("the last lines are looked for from behind, over all files and pieces of them", async () => {
  await using folder = await temporaryFolder();
  const [old, newer] = ["old.log", "new.log"].map((name) => join(folder.path, name)) as [
    string,
    string,
  ];
  const long = "x".repeat(100_000);
  await writeFile(old, `1\n2\n${long}\n`);
  await writeFile(newer, `4\n5\n6`);
  const paths = [old, newer];
  const from = async (lines: number): Promise<unknown> => {
    const places = await placesOfLastLines(paths, lines);
    return paths.map((path) => places.get(path));
  };
  const end = 4 + long.length + 1;
  expect(await from(0)).toEqual([end, 5]);
  expect(await from(1)).toEqual([end, 4]);
  expect(await from(3)).toEqual([end, 0]);
  expect(await from(4)).toEqual([4, 0]);
  expect(await from(5)).toEqual([2, 0]);
  expect(await from(99)).toEqual([0, 0]);
  expect(await placesOfLastLines([join(folder.path, "gone.log")], 3)).toEqual(new Map());
});

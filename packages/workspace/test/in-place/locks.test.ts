import { expect, test } from "vitest";
import { begun, landed, plainFolder, waits } from "./plain-folder.ts";

test("attempts with a common file take turns, and each sees what the one before landed", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n", "b.txt": "0\n" });
  await using run = await (await folder.open()).createRun({ run: "r" });
  const first = await begun(run, ["a.txt"], { task: "first" });
  const second = begun(run, ["a.txt", "b.txt"], { task: "second" });
  const apart = await begun(run, ["c.txt"], { task: "apart" });
  expect(await waits(second)).toBe(true);
  await apart.leave(null);

  await folder.write("a.txt", "1\n");
  const edit = (await first.commit({ paths: "all" })) ?? "";
  await first.leave(edit);
  expect(await waits(second)).toBe(true);
  await run.land(edit);
  const workspace = await second;
  await folder.write("a.txt", "2\n");
  expect(await workspace.diff()).toContain("-1\n+2\n");
});

test("who waits for two files is not overtaken at one of them", async () => {
  await using folder = await plainFolder({});
  await using run = await (await folder.open()).createRun({ run: "r" });
  const first = await begun(run, ["a"], { task: "1" });
  const both = begun(run, ["a", "b"], { task: "2" });
  const late = begun(run, ["b"], { task: "3" });
  expect(await waits(late)).toBe(true);
  await first.leave(null);
  await (await both).leave(null);
  await (await late).leave(null);
});

test("a wait can be given up, and holds nothing then", async () => {
  await using folder = await plainFolder({});
  await using run = await (await folder.open()).createRun({ run: "r" });
  const first = await begun(run, ["a"], { task: "1" });
  const controller = new AbortController();
  const second = begun(run, ["a"], { task: "2", signal: controller.signal });
  expect(await waits(second)).toBe(true);
  controller.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  await first.leave(null);
  await (await begun(run, ["a"], { task: "3" })).leave(null);
});

test("two runs in one folder keep out of each other's files", async () => {
  await using folder = await plainFolder({ "a.txt": "0\n" });
  const site = await folder.open();
  await using one = await site.createRun({ run: "one" });
  await using two = await site.createRun({ run: "two" });
  const first = await begun(one, ["a.txt"], { task: "t" });
  const second = begun(two, ["a.txt"], { task: "t" });
  expect(await waits(second)).toBe(true);
  await folder.write("a.txt", "1\n");
  await landed(one, first);
  const workspace = await second;
  await folder.write("a.txt", "2\n");
  expect(await workspace.diff()).toContain("-1\n+2\n");
});

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("a Node that is too old is named at the import, with the one that is needed", () => {
  const index = new URL("../../src/index.ts", import.meta.url).href;
  const { stderr, status } = spawnSync(
    process.execPath,
    [
      "--conditions=@cluster/source",
      "--input-type=module",
      "--eval",
      `delete Promise.withResolvers; await import(${JSON.stringify(index)});`,
    ],
    { encoding: "utf8" },
  );
  expect(stderr).toContain(
    `@cluster/pool needs Node 22.18 or newer, found ${process.versions.node}.`,
  );
  expect(status).toBe(1);
});

import { installAider } from "@cluster/adapter-aider";
import { beforeAll, expect, test } from "vitest";
import { runExample } from "./run-example.ts";

beforeAll(async () => {
  if (process.env.CLUSTER_AIDER === undefined) await installAider();
});

test("a parallel refactor with real aider lands every file and verifies each", async () => {
  const lines = (await runExample("parallel-refactor.ts")).split("\n");
  expect(lines.slice(0, -1).sort()).toEqual(
    [1, 2, 3, 4, 5, 6].map((page) => `docs/page-00${page}.md landed`),
  );
  expect(lines.at(-1)).toBe("6 of 6 landed, merged");
}, 180_000);

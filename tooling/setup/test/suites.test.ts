import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";

const suites = fileURLToPath(new URL("../suites.mjs", import.meta.url));

test("the files of a suite are added up, and one that takes more than it may is named", async () => {
  await using folder = await temporaryFolder();
  const report = join(folder.path, "vitest.json");
  const took = (name: string, ms: number) => ({
    name: join(folder.path, name),
    startTime: 1_000,
    endTime: 1_000 + ms,
  });
  const testResults = [
    took("packages/b/test/x.test.ts", 4_600),
    took("packages/b/test/deep/y.test.ts", 6_000),
    took("packages/a/test/x.test.ts", 2_000),
    took("tooling/new/test/x.test.ts", 400),
  ];
  await writeFile(report, JSON.stringify({ testResults }));
  const program = `
    import { printTimes } from ${JSON.stringify(suites)};
    printTimes(${JSON.stringify(report)}, ${JSON.stringify(folder.path)}, { "packages/a": 2, "packages/b": 10 });
    printTimes(${JSON.stringify(join(folder.path, "none.json"))}, "/");`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", program]);
  expect(stdout.trim().split("\n")).toEqual([
    "suite                       took  may take",
    "packages/a                   2 s       2 s",
    "packages/b                  11 s      10 s  more than it may, on a machine that is free",
    "tooling/new                  0 s",
  ]);
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createCli } from "../harness/cli.ts";

it("what Node 22 says of its SQLite is not shown, other warnings are", async () => {
  await using cli = await createCli();
  const config = join(cli.home, "cluster.config.ts");
  const lines = [
    'process.emitWarning("SQLite is an experimental feature and might change", "ExperimentalWarning");',
    'process.emitWarning("Something else is one", "ExperimentalWarning");',
    "export default {};",
  ];
  await writeFile(config, lines.join("\n"));
  const { code, stderr } = await cli.run(["tools", "list", "--config", config], { cwd: cli.home });
  expect(code).toBe(0);
  expect(stderr).toContain("ExperimentalWarning: Something else is one");
  expect(stderr).not.toContain("SQLite");
});

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createBench } from "../harness/bench.ts";
import { SAMPLE_CONFIG } from "../harness/cli.ts";

const README = new URL("../../README.md", import.meta.url);
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** `cluster run` as in the text, with the sample agent for a tool. */
const CLUSTER = `cluster() {
  shift
  "${process.execPath}" --conditions=@cluster/source "${MAIN}" run --config "${SAMPLE_CONFIG}" "$@"
}`;

test("every command of the section on sources does what it says", async () => {
  const readme = await readFile(README, "utf8");
  const [, section = ""] = /^## Where tasks come from\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  await using bench = await createBench(2);
  const script = `set -eu\n${CLUSTER}\n${blocks.join("\n")}`;
  const options = { cwd: bench.repository.path, env: { ...process.env, ...bench.cli.env } };
  const { stdout } = await promisify(execFile)("sh", ["-c", script], options);
  const plans = stdout.split("Nothing was started.\n").slice(0, -1);
  expect(plans).toHaveLength(5);
  const [globs, list, folder, csv, yaml] = plans as [string, string, string, string, string];
  expect(globs).toContain("first:   Check the links of docs/page-001.md\n");
  expect(list).toContain("first:   Check docs/page-001.md\n");
  expect(folder).toContain("first:   Use the same words in docs/page-001.md, docs/page-002.md\n");
  expect(csv).toContain("first:   Rename colour to color in docs/page-001.md\n");
  expect(yaml).toContain("first:   Translate docs/page-001.md to German\n");
  expect(yaml).toContain("docs/page-001.md, docs/page-002.md (after first, second)\n");
  expect(yaml).toMatch(/cost: {3}\$0\.\d+ to \$/);
});

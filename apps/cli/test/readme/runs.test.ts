import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createBench } from "../harness/bench.ts";
import { SAMPLE_CONFIG } from "../harness/cli.ts";

const README = new URL("../../README.md", import.meta.url);
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** As in the text, with the sample agent for a tool; each command's output begins with its name. */
const CLUSTER = `cluster() {
  echo "== $1"
  command=$1
  shift
  case $command in run) set -- "$@" --config "${SAMPLE_CONFIG}" ;; esac
  "${process.execPath}" --conditions=@cluster/source "${MAIN}" "$command" "$@" 2>&1
}`;

test("every command of the section on runs does what it says", async () => {
  const readme = await readFile(README, "utf8");
  const [, section = ""] = /^## Runs\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const [, code = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(section) ?? [];
  await using bench = await createBench(3);
  const options = { cwd: bench.repository.path, env: { ...process.env, ...bench.cli.env } };
  const script = `set -eu\n${CLUSTER}\n${code}`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], options);
  const outputs = stdout.split(/^== \w+\n/m).slice(1);
  expect(outputs).toHaveLength(10);
  const [run, all, one, logs, transcript, report, task, diff, resume, clean] = outputs;
  expect(run).toMatch(/^landed +3$/m);
  expect(all).toMatch(/ complete .* 3\/3 +3 landed\n$/);
  expect(one).toMatch(/^state +complete$/m);
  expect(logs).toMatch(/docs\/page-001\.md: landed after/);
  // Two others may have done all three tasks before it was up.
  expect(transcript).toMatch(/ (--|in) \| /);
  expect(report).toMatch(/^Run \w+: complete, 3 tasks/);
  expect(await readFile(join(options.cwd, "r.xml"), "utf8")).toContain('tests="3"');
  expect(await readFile(join(options.cwd, "r.md"), "utf8")).toContain("3 of 3 tasks landed");
  expect(task).toMatch(/^outcome +landed$/m);
  expect(diff).toMatch(/^\+.*DOC_ID/m);
  expect(resume).toMatch(/nothing is left to do/);
  expect(clean).toBe("No run is to be cleaned away.\n");
}, 240_000);

test("the table of commands names every command that is about runs", async () => {
  const readme = await readFile(README, "utf8");
  const [, section = ""] = /^## Runs\n([\s\S]*?)^## /m.exec(readme) ?? [];
  const named = [...section.matchAll(/^\| `(\w+) /gm)].map(([, name]) => name);
  const { createProgram } = await import("../../src/command/program.ts");
  const elsewhere = ["run", "undo", "doctor", "tools"];
  const { commands } = createProgram([], () => {});
  const names = commands.map((command) => command.name());
  expect([...named, ...elsewhere].sort()).toEqual(names.sort());
});

import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkDefinition } from "@cluster/pool/declared";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createCli } from "../harness/cli.ts";

const GUIDE = new URL("../../../../docs/declare-a-tool.md", import.meta.url);
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const CLUSTER = `cluster() { "${process.execPath}" --conditions=@cluster/source "${MAIN}" "$@" 2>&1; }`;

async function blocks(language: string): Promise<readonly string[]> {
  const guide = await readFile(GUIDE, "utf8");
  const found = guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"));
  return [...found].map(([, code = ""]) => code);
}

test("whoever follows the guide has a tool, sees what is wrong with one, and lands the edits of an agent", async () => {
  const commands = await blocks("sh");
  const expected = await blocks("text");
  await using cli = await createCli();
  await using folder = await temporaryFolder();
  const cwd = join(folder.path, "empty");
  await mkdir(cwd);
  const options = { cwd, env: { ...process.env, ...cli.env } };
  const script = ["set -eu", CLUSTER, ...commands.map((code) => `echo "== step"\n${code}`)];
  const { stdout } = await promisify(execFile)("sh", ["-c", script.join("\n")], options);
  const [, , tried = "", stuck = "", added = "", agent = ""] = stdout.split(/^== step\n/m).slice(1);
  for (const [text, output] of [
    [expected[0], tried],
    [expected[1], stuck],
  ] as const) {
    let rest = output;
    for (const line of (text ?? "").split("\n").filter((each) => each !== "…" && each !== "")) {
      expect(rest).toContain(line);
      rest = rest.slice(rest.indexOf(line) + line.length);
    }
  }
  expect(added).toMatch(/^Added calc: .*\/cluster\/tools\/calc\.yaml$/m);
  expect(added).toMatch(/^calc +text +~?\/.*found/m);
  expect(added).toMatch(/^result +│ "42"/m);
  expect(agent).toMatch(/^landed +2$/m);
  for (const page of ["one", "two"]) {
    expect(await readFile(join(cwd, "docs", `${page}.md`), "utf8")).toBe("A PAGE\n");
  }
  await cli.nothingLeft();
}, 120_000);

test("the definition of an agent that talks to a model is right", async () => {
  const [yaml = ""] = await blocks("yaml");
  expect(checkDefinition(parse(yaml)).problems).toEqual([]);
});

test("the program of one's own prints what the guide says", async () => {
  const [code = ""] = await blocks("js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@cluster/source", "--input-type=module", "--eval", code],
    // Where packages of ours are found, as they are beside a program of one's own.
    { cwd: fileURLToPath(new URL("../..", import.meta.url)) },
  );
  expect(code).toContain(`// ${stdout.trim()}`);
  expect(stdout).toBe("42\n");
});

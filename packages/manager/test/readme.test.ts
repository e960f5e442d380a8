import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the example of a fleet takes for given: two tools that answer with their names, and tasks. */
const GIVEN = `
import { fleet, jsonLinesProtocol } from "@cluster/manager";

const program = (name) => \`
  console.log(JSON.stringify({ ready: true }));
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, request } = JSON.parse(line);
    console.log(JSON.stringify({ id, result: "\${name} did " + request }));
  });\`;
const tool = (name) => ({
  name,
  capabilities: { edits: name === "aider" },
  command: () => ({ file: process.execPath, args: ["-e", program(name)] }),
  connect: jsonLinesProtocol(),
});
const [aider, gemini] = [tool("aider"), tool("gemini")];
const [task, tasks] = ["this", ["a", "b", "c"]];
const log = (tool, outcome) => console.log(outcome, "by", tool);
`;

test("the example of a fleet does what it says", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, example = ""] = /## Several tools: a fleet\n\n```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const told = example.replace(/^await (crew\.run\(.*?\));.*$/gm, "console.log(await $1);");
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "node_modules", "@cluster"), { recursive: true });
  await symlink(root, join(folder.path, "node_modules", "@cluster", "manager"));
  await writeFile(join(folder.path, "fleet.mts"), `${GIVEN}${told}`);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=@cluster/source", "fleet.mts"],
    { cwd: folder.path },
  );
  expect(stdout).toMatch(
    /^aider did this\ngemini did this\naider did this\n(done by (aider|gemini)\n){3}$/,
  );
});

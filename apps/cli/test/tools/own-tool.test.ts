import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type SampleRepository, sampleRepository, TEST_MARKER } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cli, createCli } from "../harness/cli.ts";

/** A program in a repository that has no packages at all; it adds a line to each file of a request. */
const PROGRAM = `
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
const say = (message) => console.log(JSON.stringify(message));
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request } = JSON.parse(line);
  if (request.message.includes("give up")) {
    say({ id, error: { class: "refused", message: "I would rather not." } });
    continue;
  }
  say({ id, event: { type: "text", text: "Working" } });
  for (const file of request.files) {
    appendFileSync(join(request.workspace, file), request.message + "\\n");
  }
  say({ id, result: { reply: "Done." } });
}
`;

/** An adapter for it, which takes the protocol from the package that is named. */
const adapterFrom = (name: string): string => `
import { fileURLToPath } from "node:url";
import { inheritedEnvironment, jsonLinesProtocol } from "${name}";
const program = fileURLToPath(new URL("./program.mjs", import.meta.url));
const env = inheritedEnvironment({ ${TEST_MARKER}: process.env.${TEST_MARKER} ?? "" });
export default ({ args }) => ({
  name: "mine",
  command: () => ({ file: process.execPath, args: [program, ...args], env }),
  connect: jsonLinesProtocol(),
});
`;

let cli: Cli;
let repository: SampleRepository;

beforeAll(async () => {
  cli = await createCli();
  const names = ["cli", "pool", "batch", "manager"];
  repository = await sampleRepository({
    files: {
      "a.md": "# A\n",
      "program.mjs": PROGRAM,
      ...Object.fromEntries(
        names.map((name) => [`${name}-agent.mjs`, adapterFrom(`@cluster/${name}`)]),
      ),
      "foreign.mjs": 'import "@cluster/nothing-of-ours";',
      "cluster.config.ts": `
import { defineConfig } from "@cluster/cli";
import { aiderAdapter } from "@cluster/adapter-aider";
export default defineConfig({
  tools: {
    ${names.map((name) => `${name}: "./${name}-agent.mjs",`).join("\n    ")}
    foreign: "./foreign.mjs",
    gone: "./gone.mjs",
    other: () => aiderAdapter({}),
  },
});
`,
    },
  });
});

afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  await cli[Symbol.asyncDispose]();
});

const run = (message: string, tool: string) =>
  cli.run(["run", "-m", message, "a.md", "--tool", tool], { cwd: repository.path });

describe("a tool of a repository in which nothing is installed", () => {
  it.each(["cli", "pool", "batch", "manager"])(
    "lands its edit with what it imports from @cluster/%s",
    async (name) => {
      const { code, stdout, stderr } = await run(`Said with ${name}`, name);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/landed +1/);
      const text = await readFile(join(repository.path, "a.md"), "utf8");
      expect(text).toContain(`Said with ${name}\n`);
      await cli.nothingLeft();
    },
  );

  it("says in its own words why it failed", async () => {
    const { code, stdout } = await run("Please give up", "cli");
    expect(stdout).toContain("I would rather not.");
    expect(code).toBe(1);
  });

  it("is told which import is missing, and where", async () => {
    const { code, stderr } = await run("x", "foreign");
    expect(stderr).toMatch(
      /tools\.foreign: cannot load .*'@cluster\/nothing-of-ours' imported from .*foreign\.mjs/,
    );
    expect(stderr).not.toContain("import-module");
    expect(code).toBe(2);
  });

  it("is told when its module is not there, in the words of its reader", async () => {
    const { code, stderr } = await run("x", "gone");
    expect(stderr).toMatch(
      /tools\.gone: cannot load \/.*gone\.mjs: Cannot find module '.*gone\.mjs'$/m,
    );
    expect(code).toBe(2);
  });
});

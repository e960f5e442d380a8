import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "@cluster/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cli, createCli } from "../harness/cli.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(async () => {
  await cli.nothingLeft();
  await cli[Symbol.asyncDispose]();
});

const STUCK = `
name: stuck
kind: agent
command: sh
arguments: ["-c", "echo hello; printf 'stuck$ '; exec sleep 600"]
ready: "stuck> "
framing: { by: sentinel, send: "echo {{nonce.start}}{{nonce.end}}" }
`;

it("a tool that is never ready ends the run soon, which says what was awaited, and what to do", async () => {
  await using repository = await sampleRepository({ files: 7 });
  const tools = join(repository.path, ".cluster", "tools");
  await mkdir(tools, { recursive: true });
  await writeFile(join(tools, "stuck.yaml"), STUCK);
  const { code, stdout, stderr } = await cli.run(
    ["run", "-m", "x", "docs/*.md", "--tool", "stuck", "--start-timeout", "2s"],
    { cwd: repository.path },
  );
  const known = /The ready text "stuck> " was awaited and did not come.*"hello\\nstuck\$ "/;
  expect(stderr).toMatch(/^an instance of stuck has failed: stuck was never ready, twice/m);
  expect(stderr).toMatch(known);
  expect(stdout).toMatch(known);
  expect(stdout).toMatch(/^This shows what it prints.*: cluster tools try stuck$/m);
  expect(stdout).toContain("--start-timeout 5m");
  expect(code).not.toBe(0);
});

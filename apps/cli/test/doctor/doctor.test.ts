import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRepository } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/doctor/check.ts";
import { checkNode } from "../../src/doctor/check-programs.ts";
import { checkTool } from "../../src/doctor/check-tools.ts";
import { createBench } from "../harness/bench.ts";
import { type Cli, createCli, SAMPLE_CONFIG } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";
import { storeOf } from "../harness/runs.ts";

/** To ask it for its version takes a second of processor. */
const NO_AIDER = { CLUSTER_AIDER: "/nowhere/aider" };

let cli: Cli;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
});

interface Diagnosis {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

async function diagnose(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: unknown; diagnosis: Diagnosis; of(name: string): CheckResult | undefined }> {
  const all = ["doctor", "--json", "--config", SAMPLE_CONFIG, ...args];
  const { code, stdout } = await runHere(cli, all, { env });
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  return { code, diagnosis, of: (name) => diagnosis.checks.find((check) => check.name === name) };
}

async function program(name: string, script: string): Promise<string> {
  const folder = join(cli.home, `bin-${name}`);
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return `${folder}:${process.env.PATH}`;
}

describe("cluster doctor", () => {
  it("finds all that the sample tool needs, and exits with 0", async () => {
    const { code, diagnosis, of } = await diagnose(["--tool", "sample"]);
    expect(of("tool sample")).toMatchObject({ status: "ok" });
    expect(of("git")).toMatchObject({ status: "ok", remedy: null });
    expect(of("node")?.found).toBe(process.versions.node);
    expect(of("cache folder")).toMatchObject({ status: "ok" });
    expect(of("python")).toBeUndefined();
    expect({ code, ok: diagnosis.ok }).toEqual({ code: 0, ok: true });
  });

  it("lets a tool take one turn when it is asked to", async () => {
    const { code, of } = await diagnose(["--tool", "sample", "--try"]);
    expect(of("turn of sample")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/^answered in [\d.]+ s: /),
    });
    expect(code).toBe(0);
  });

  it("tells what shows a log-in to an agent, and what to do without one", async () => {
    const PATH = await program("gemini", "exit 0");
    const without = await diagnose(["--tool", "gemini"], { PATH });
    expect(without.of("tool gemini")).toMatchObject({
      status: "warn",
      remedy: expect.stringMatching(/No log-in was seen.*export GEMINI_API_KEY/),
    });
    const { of } = await diagnose(["--tool", "gemini"], {
      PATH,
      GEMINI_API_KEY: "a-key-of-gemini",
    });
    expect(of("tool gemini")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/log-in: GEMINI_API_KEY$/),
    });
  });

  it("fails with exit code 3 and the remedy when the chosen tool is not there", async () => {
    const { code, of } = await diagnose(["--tool", "missing"]);
    expect(of("tool missing")).toMatchObject({ status: "fail", remedy: "Install it." });
    expect(code).toBe(3);
  });

  it("only warns of tools that the run would not use", async () => {
    const { code, of } = await diagnose([], NO_AIDER);
    expect(of("tool missing")).toMatchObject({ status: "warn" });
    expect(of("tool aider")).toMatchObject({
      status: "warn",
      found: expect.stringContaining("/nowhere/aider"),
    });
    expect(code).toBe(0);
  });

  it("fails when aider, which the run would use, is not there", async () => {
    const { code, stdout } = await runHere(cli, ["doctor"], { env: NO_AIDER });
    expect(stdout).toMatch(/fail +tool aider +.*\/nowhere\/aider.*\n +→ /);
    expect(code).toBe(3);
  });

  it("refuses a git that is too old", async () => {
    const PATH = await program("git", 'echo "git version 2.37.9"');
    const { code, of } = await diagnose(["--tool", "sample"], { PATH });
    expect(of("git")).toMatchObject({
      status: "fail",
      found: "2.37.9",
      remedy: expect.stringContaining("2.38"),
    });
    expect(code).toBe(3);
  });

  it("says that git is not there", async () => {
    const { code, of } = await diagnose(["--tool", "sample"], { PATH: join(cli.home, "empty") });
    expect(of("git")).toMatchObject({ status: "fail", found: "not on the PATH" });
    expect(code).toBe(3);
  });

  it("tells where runs are kept and how much there is, and that it cannot be written", async () => {
    const { of } = await diagnose(["--tool", "sample"]);
    const folder = join(cli.home, ".local/state/cluster");
    expect(of("state folder")).toMatchObject({ status: "ok", found: `${folder}, 0 MB` });
    const file = join(cli.home, "no-folder");
    await writeFile(file, "");
    const broken = await diagnose(["--tool", "sample"], { CLUSTER_STATE: file });
    expect(broken.of("state folder")).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("CLUSTER_STATE"),
    });
    expect(broken.code).toBe(3);
  });

  it("says that the cache folder cannot be written", async () => {
    const file = join(cli.home, "a-file");
    await writeFile(file, "");
    const { code, of } = await diagnose(["--tool", "sample"], { XDG_CACHE_HOME: file });
    expect(of("cache folder")).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("XDG_CACHE_HOME"),
    });
    expect(code).toBe(3);
  });
});

describe("a tool that a repository brings", () => {
  it.each(["file", "package"])(
    "is not started before it is named, whatever the configuration there says: a %s",
    async (kind) => {
      await using project = await temporaryFolder();
      const started = join(project.path, "started");
      if (kind === "file") {
        const tools = join(project.path, ".cluster", "tools");
        await mkdir(tools, { recursive: true });
        const command = join(project.path, "brought.sh");
        await writeFile(command, `#!/bin/sh\ntouch ${started}\necho 1.0\n`);
        await chmod(command, 0o755);
        const framing = { by: "exit", input: "prompt" };
        const definition = { name: "brought", kind: "agent", command, framing };
        await writeFile(join(tools, "brought.json"), JSON.stringify(definition));
      } else {
        const folder = join(project.path, "node_modules", "cluster-adapter-brought");
        await mkdir(folder, { recursive: true });
        const manifest = { name: "cluster-adapter-brought", type: "module", exports: "./a.js" };
        await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
        const code = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(started)}, "");\n`;
        await writeFile(join(folder, "a.js"), code);
      }
      await writeFile(join(project.path, "cluster.config.json"), '{"tool":"brought"}');
      const { stdout } = await cli.run(["doctor"], { cwd: project.path, env: NO_AIDER });
      expect(stdout).toMatch(/tool brought +from the project or a package, not started/);
      expect(existsSync(started)).toBe(false);
      await cli.run(["doctor", "--tool", "brought"], { cwd: project.path });
      expect(existsSync(started)).toBe(true);
    },
  );
});

describe("a tool that a repository's configuration names", () => {
  it("is neither asked nor tried before somebody names it, and is left alone where that is a program", async () => {
    await using project = await temporaryFolder();
    const started = join(project.path, "started");
    await writeFile(
      join(project.path, "tool.mjs"),
      `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(started)}, "");\n`,
    );
    const file = join(project.path, "cluster.config.json");
    await writeFile(file, JSON.stringify({ tool: "theirs", tools: { theirs: "./tool.mjs" } }));
    const run = (...args: string[]) => cli.run(args, { cwd: project.path, env: NO_AIDER });
    const { stdout } = await run("doctor", "--try");
    expect(stdout).toMatch(/tool theirs +from the project or a package, not started/);
    expect(stdout).toMatch(/warn +turn of theirs +not tried.*\n +→ .*doctor --try --tool theirs/);
    await run("tools", "list");
    expect(existsSync(started)).toBe(false);
    await run("doctor", "--tool", "theirs");
    expect(existsSync(started)).toBe(true);

    await rm(file);
    await rm(started);
    const program = join(project.path, "cluster.config.mjs");
    await writeFile(program, 'import "./tool.mjs";\nexport default { tool: "theirs" };\n');
    const unread = await run("doctor");
    expect(unread.stdout).toMatch(/warn +configuration +\S+cluster\.config\.mjs is a program/);
    await run("tools", "list");
    expect(existsSync(started)).toBe(false);
  }, 120_000);
});

describe("the runs that are kept", () => {
  it("are looked through; one that is damaged is named, with what to do", async () => {
    await using bench = await createBench(1);
    const { commonDir } = await openRepository(bench.repository.path);
    const store = storeOf(bench);
    const record = {
      root: bench.repository.path,
      place: "worktrees",
      base: "b",
      target: null,
    } as const;
    const begun = { ...record, tool: "sample", workers: 1, createdAt: 1, settings: null };
    const folders: string[] = [];
    for (const run of ["whole1", "torn22"]) {
      await using kept = await store.create({ commonDir }, { ...begun, run });
      folders.push(kept.folder);
    }
    await writeFile(join(folders[1] ?? "", "journal.sqlite-witness"), "");
    const args = ["doctor", "--config", SAMPLE_CONFIG];
    const options = { cwd: bench.repository.path, env: NO_AIDER };
    const { code, stdout } = await runHere(bench.cli, args, options);
    expect(stdout).toMatch(/ok +runs +1 kept/);
    expect(stdout).toMatch(/warn +run torn22 +.*damaged.*\n +→ .*cluster resume torn22/);
    expect(code).toBe(0);
  });
});

describe("single checks", () => {
  it("refuses a Node that is too old", () => {
    expect(checkNode("22.17.1")).toMatchObject({ status: "fail" });
    expect(checkNode("22.18.0")).toMatchObject({ status: "ok" });
    expect(checkNode("24.0.0")).toMatchObject({ status: "ok" });
  });

  it("passes a tool's own warning on", () => {
    const probe = { installed: true, version: "1", path: "/x", warning: "old" } as const;
    expect(checkTool({ name: "x", probe }, true)).toMatchObject({ status: "warn", remedy: "old" });
  });

  it("does not say that a tool is there when its adapter cannot tell", () => {
    expect(checkTool({ name: "x", probe: null }, true)).toMatchObject({
      status: "warn",
      found: "cannot be known: its adapter has no probe",
      remedy: expect.stringContaining("probe()"),
    });
  });
});

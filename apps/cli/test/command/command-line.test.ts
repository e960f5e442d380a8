import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT_CODES } from "../../src/exit/exit-codes.ts";
import { type Cli, createCli, MAIN, SAMPLE_CONFIG } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await createCli();
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
});

describe("cluster", () => {
  it("tells its version", async () => {
    const { code, stdout } = await cli.run(["--version"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it("shows every exit code in the help of run, with examples", async () => {
    const { code, stdout } = await runHere(cli, ["run", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:");
    for (const exit of Object.values(EXIT_CODES)) {
      expect(stdout).toContain(`${exit.code}  ${exit.meaning}`);
    }
  });

  it("groups the flags of run, those first that most people need", async () => {
    const { stdout } = await runHere(cli, ["run", "--help"]);
    const headings = stdout.match(/^[A-Z][^\n:]*:$/gm) ?? [];
    expect(headings.slice(0, 4)).toEqual([
      "Arguments:",
      "Most used:",
      "Where tasks come from:",
      "Each task:",
    ]);
    expect(headings).not.toContain("Options:");
    const first = stdout.slice(stdout.indexOf("Most used:"), stdout.indexOf("Where tasks"));
    expect(first.match(/^ +--?[a-z]/gm)).toHaveLength(8);
    expect(
      Math.max(
        ...stdout
          .split("\n")
          .slice(0, 80)
          .map(({ length }) => length),
      ),
    ).toBeLessThan(82);
  });

  it.each(["resume", "retry"])("groups the flags of %s, and its own come first", async (name) => {
    const { stdout } = await runHere(cli, [name, "--help"]);
    expect(stdout).toMatch(/Which tasks:[\s\S]*Most used:[\s\S]*General:[\s\S]*--help/);
    expect(stdout).not.toContain("\nOptions:");
  });

  it("groups its commands by what they are for", async () => {
    const { stdout } = await runHere(cli, ["--help"]);
    const headings = stdout.match(/^[A-Z][^\n:]*:$/gm);
    expect(headings?.slice(0, 3)).toEqual(["Options:", "Begin:", "Look at runs:"]);
    expect(stdout).toMatch(/Set up:\n[\s\S]*help \[command\]/);
    expect(headings).not.toContain("Commands:");
  });

  it("shows its help on stderr when it is told nothing", async () => {
    const { code, stdout, stderr } = await runHere(cli, []);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: cluster");
    expect(stderr).not.toContain("outputHelp");
  });

  it.each([
    [["rnu"], /unknown command 'rnu'[\s\S]*Did you mean run/],
    [["run", "--worker", "3"], /unknown option '--worker'[\s\S]*Did you mean --workers/],
    [["run", "-w", "0"], /-w, --workers <n>' argument '0' is invalid\. .*whole number from 1 on/],
    [["run", "-w", "x"], /argument 'x' is invalid/],
    [["run", "-w", "1.5"], /argument '1.5' is invalid/],
    [["run", "-w"], /option '-w, --workers <n>' argument missing/],
    [["run", "-m", "x", "y", "--verify", "--dry-run"], /--verify needs a command, .*--dry-run\./],
    [["run", "-m", "--dry-run", "y"], /-m needs a text[\s\S]*--message=--dry-run/],
    [["run", "y", "-m", "-w5"], /-m needs a text, .*flag -w\./],
    [["run", "y", "--tool", "--land=branch"], /--tool needs a value, .*flag --land\./],
    [["run", "y", "-qm", "--help"], /-qm needs a text/],
    [["run", "-m", "x", "--files-from", "-0"], /--files-from needs a file/],
    [["-C", "--json", "status"], /-C needs a folder/],
    [["tools", "list", "--config", "--load"], /--config needs a file/],
    [["run", "--retries", "-1"], /argument '-1' is invalid/],
    [["run", "--context", "none"], /argument 'none' is invalid.*fresh, reset, conversation/],
    [["run", "--timeout", "soon"], /argument 'soon' is invalid.*90s, 5m/],
    [["run", "--idle-timeout", "0"], /argument '0' is invalid/],
    [["run", "--tool", ""], /argument '' is invalid. It must not be empty/],
    [
      ["run", "-C", "no/such/folder", "-m", "x", "y"],
      /-C\/--cwd: .*no\/such\/folder is not a folder/,
    ],
    [["run", "--config", "none.json", "-m", "x", "y"], /--config: there is no file .*none\.json/],
    [["tools", "tri"], /cluster tools has no command "tri"\. Did you mean try\?/],
    [["tools", "list", "x"], /cluster tools has no command "x"/],
    [["tools", "install", "gmini"], /Did you mean "gemini"\?\n.*aider, gemini, .*, qwen\.\n/],
    [["tools", "install", "emacs"], /cannot install "emacs"\.[\s\S]*It can install: aider/],
    [
      ["doctor", "--", "--verbose"],
      /Only cluster run, resume and retry take raw arguments after --/,
    ],
    [["doctor", "everything"], /too many arguments/],
    [["doctor", "--tool", "adier"], /There is no tool "adier"\. Did you mean "aider"\?/],
  ])("refuses %j with exit code 2 and no stack trace", async (args, message) => {
    const { code, stdout, stderr } = await runHere(cli, args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("takes a flag for a value where that is said", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const args = ["run", "-m", "x", "docs/*.md", "--verify=--dry-run", "--dry-run", "--json"];
    const { code, stdout } = await runHere(cli, args, { cwd: repository.path });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ message: "x", verify: "--dry-run" });
  });

  it("says in a dry run what the tool lacks, as far as it knows", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const args = ["run", "-m", "x", "docs/*.md", "--tool", "missing", "--config", SAMPLE_CONFIG];
    const { code, stderr } = await runHere(cli, [...args, "--dry-run"], { cwd: repository.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "missing: It is not here. Install it.\n" });
  });

  it("takes -C before its command too, as git does", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const { code, stdout } = await runHere(cli, ["-C", repository.path, "status"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `No run is kept here. Start one: cluster run -C ${repository.path} -m "…" <files>\n`,
    });
  });

  it.skipIf(process.platform !== "linux")("fails where its output has no room", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const { cwd, env } = { cwd: repository.path, env: cli.env };
    const main = [process.execPath, "--conditions=@cluster/source", MAIN, "status"];
    const command = '"$0" "$@" > /dev/full';
    const { status, stderr } = spawnSync("sh", ["-c", command, ...main], { cwd, env });
    expect(String(stderr)).toMatch(/^cluster: What it prints could not be written: .*ENOSPC/);
    expect(status).toBe(3);
  });

  it("shows the stack trace of a user's mistake with CLUSTER_DEBUG=1", async () => {
    const env = { CLUSTER_DEBUG: "1" };
    const { stderr } = await cli.run(["run", "-m", " ", "y"], { env });
    expect(stderr).toMatch(/the message is empty[\s\S]*\n\s+at /);
  });

  it("says so in one line on a Node that is too old, and loads nothing else", async () => {
    const old =
      "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.1'}})";
    const { code, stdout, stderr } = await cli.run(["run"], {
      nodeOptions: ["--import", `data:text/javascript,${encodeURIComponent(old)}`],
    });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^cluster needs Node 22\.18\.0 or newer; this is 20\.11\.1\. .*\n$/);
  });

  it("says which key of which configuration is wrong, and which one was meant", async () => {
    const file = join(cli.home, "wrong.yaml");
    await writeFile(file, "worker: 3\n");
    const { code, stderr } = await cli.run(["run", "-m", "x", "y", "--config", file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}: "worker" is not a key of the configuration.`);
    expect(stderr).toContain('Did you mean "workers"? Allowed: workers, tool, model');
  });

  it("lets a configuration import defineConfig where only the command is installed", async () => {
    const file = join(cli.home, "typed.config.ts");
    await writeFile(
      file,
      'import { defineConfig } from "@cluster/cli";\nconst retries: number = 0;\n' +
        'export default defineConfig({ retries, tools: { mine: "./none.mjs" } });\n',
    );
    const { code, stdout, stderr } = await cli.run(["tools", "--config", file, "--json"], {
      env: { CLUSTER_AIDER: "/nowhere/aider" },
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(["aider", "mine"]));
  });
});

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shippedToolsFolder } from "@cluster/pool/declared";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { SHIPPED_TOOLS } from "../../src/tools/registry/shipped.ts";
import { type Cli, createCli } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

const MINE = `# Adds up
name: mine
command: ./run
framing:
  by: sentinel
  send: "print('{{nonce.start}}' '{{nonce.end}}')"
`;

let cli: Cli;
let folder: string;
beforeAll(async () => {
  cli = await createCli();
  folder = join(cli.home, "work");
  await mkdir(join(folder, ".cluster", "tools"), { recursive: true });
  await writeFile(join(folder, "mine.yaml"), MINE);
  await writeFile(join(folder, "run"), "#!/bin/sh\nexec python3 -u -i -q\n", { mode: 0o755 });
});
afterAll(async () => {
  await cli.nothingLeft();
  await cli[Symbol.asyncDispose]();
});

// To ask aider for its version takes a second of processor.
const env = { CLUSTER_AIDER: "/nowhere/aider" };
const tools = (...args: string[]) => runHere(cli, ["tools", ...args], { cwd: folder, env });
const added = (name: string) => join(cli.home, ".config", "cluster", "tools", name);

describe("cluster tools add", () => {
  it("says line, place, what was expected and found, and what to do, in YAML and in JSON", async () => {
    await writeFile(
      join(folder, "wrong.yaml"),
      "name: x\n\ncommand: 5\nframing:\n  by: promt\nfo: 1\n",
    );
    const yaml = await tools("add", "wrong.yaml");
    expect(yaml.code).toBe(2);
    expect(yaml.stderr).toMatch(
      /wrong\.yaml:3: command: expected a string; found 5\. Correct it\./,
    );
    expect(yaml.stderr).toMatch(
      /wrong\.yaml:5: framing\.by: expected one of "sentinel".*found "promt"/,
    );
    expect(yaml.stderr).toMatch(/wrong\.yaml:6: fo: expected one of/);
    await writeFile(join(folder, "wrong.json"), '{\n  "name": "x",\n  "command": 5\n}\n');
    const json = await tools("add", "wrong.json");
    expect(json.stderr).toMatch(/wrong\.json:3: command: expected a string; found 5/);
    expect(json.stderr).toMatch(/wrong\.json:1: framing: expected .*; found nothing\. Add it\./);
    await writeFile(join(folder, "torn.json"), '{ "name": ');
    expect((await tools("add", "torn.json")).stderr).toMatch(/torn\.json is not JSON: .*line 1/);
  });

  it("refuses the name of a tool that comes with cluster", async () => {
    for (const name of ["aider", "gemini", "python"]) {
      await writeFile(join(folder, "taken.yaml"), MINE.replace("mine", name));
      const { code, stderr } = await tools("add", "taken.yaml");
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`found "${name}"`),
      });
    }
  });

  it("copies it, with its remarks and what is relative to it, and replaces it only when it is told to", async () => {
    const first = await tools("add", "mine.yaml");
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Added mine: /) });
    const copy = await readFile(added("mine.yaml"), "utf8");
    expect(copy).toBe(MINE.replace("./run", join(folder, "run")));
    const second = await tools("add", "mine.yaml");
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining("--force") });
    expect((await tools("add", "mine.yaml", "--force")).code).toBe(0);
  });

  it("takes files of another folder with -C, and names --file for an agent", async () => {
    await mkdir(join(folder, "there"));
    const agent = `name: my-sed\nkind: agent\ncommand: sed\narguments: ["-i", "-e", "{{message}}", "{{files}}"]\nfiles: arguments\nframing: { by: exit }\n`;
    await writeFile(join(folder, "there/my-sed.yaml"), agent);
    const { code, stdout, stderr } = await tools("add", "my-sed.yaml", "-C", "there");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^Try it: cluster tools try my-sed --file FILE$/m);
    const args = ["tools", "try", "my-sed", "--request", "s/a/b/"];
    const failed = await cli.run(args, { cwd: folder });
    expect(failed.stdout).toMatch(/^failed .*\n +│ It is an agent.* no file: --file names one\.$/m);
    expect((await tools("remove", "my-sed", "-C", "there")).code).toBe(0);
    expect((await tools("remove", "my-sed", "-C", "nowhere")).stderr).toMatch(/nowhere is not a/);
  });

  it("says that a file is not there, and what to give", async () => {
    const { code, stderr } = await tools("add", "none.yaml");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^cluster: There is no file .*none\.yaml\.\nGive the path of a tool's/);
  });

  it("adds one whose program is not here, and says so", async () => {
    const text = MINE.replace("mine", "absent").replace("./run", "no-such-program");
    await writeFile(join(folder, "absent.yaml"), `${text}install: Ask for it.\n`);
    const { code, stderr } = await tools("add", "absent.yaml");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "Its program was not found: There is no no-such-program on PATH. Ask for it.\n",
    });
  });
});

describe("cluster tools remove", () => {
  it("takes away what was added, and says where it was", async () => {
    const text = MINE.replace("mine", "short-lived");
    await writeFile(join(folder, "short-lived.yaml"), text);
    const { stdout } = await tools("add", "short-lived.yaml");
    expect(stdout).toContain("cluster tools remove short-lived");
    const file = added("short-lived.yaml");
    expect(existsSync(file)).toBe(true);
    const removed = await tools("remove", "short-lived");
    expect(removed).toMatchObject({ code: 0, stdout: `Removed short-lived: ${file}\n` });
    expect(existsSync(file)).toBe(false);
    const again = await tools("remove", "short-lived");
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/No tool "short-lived" was added\./);
  });

  it("knows a tool by its name, not by that of its file", async () => {
    const file = added("kept.yaml");
    await writeFile(file, MINE.replace("mine", "other-name"));
    expect((await tools("remove", "kept")).code).toBe(2);
    expect(existsSync(file)).toBe(true);
    expect((await tools("remove", "other-name")).code).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it("takes away nothing else, and says where that comes from", async () => {
    await writeFile(join(folder, ".cluster/tools/theirs.yaml"), MINE.replace("mine", "theirs"));
    const { code, stderr } = await tools("remove", "theirs");
    expect(code).toBe(2);
    expect(stderr).toMatch(/theirs was not added .*\.cluster\/tools\/theirs\.yaml/);
    expect(existsSync(join(folder, ".cluster/tools/theirs.yaml"))).toBe(true);
    expect((await tools("remove", "aider")).stderr).toMatch(/comes from elsewhere \(built in\)/);
  });
});

describe("cluster tools list", () => {
  it("shows the user's and the project's tools with their files, broken ones too", async () => {
    await tools("add", "mine.yaml", "--force");
    await writeFile(join(folder, ".cluster/tools/ours.yaml"), MINE.replace("mine", "ours"));
    await writeFile(join(folder, ".cluster/tools/broken.yaml"), "name: [\n");
    const { stdout } = await tools("list");
    expect(stdout).toMatch(/^mine +text +~\/\.config\/cluster\/tools\/mine\.yaml +found/m);
    expect(stdout).toMatch(/^ours +text +~\/work\/\.cluster\/tools\/ours\.yaml +not asked/m);
    expect(stdout).toMatch(/^broken +agent .*not asked/m);
    expect(stdout).not.toMatch(/^sqlite3/m);
    expect(stdout).toMatch(
      /^8 more come with cluster, and only answer: cluster tools list --all$/m,
    );
    // A repository's program is started only when it is named.
    const broken = await tools("list", "--load");
    expect(broken.stdout).toMatch(/^broken +agent .*not found .*is not YAML/m);
    expect((await tools("list", "--all")).stdout).toMatch(/^bash +text +shipped +found/m);
  });

  it("reads no device and no pipe that a repository names as a tool file, and none without an end", async () => {
    const place = join(folder, ".cluster", "tools");
    await symlink("/dev/zero", join(place, "endless.json"));
    execFileSync("mkfifo", [join(place, "silent.yaml")]);
    await writeFile(join(place, "large.json"), " ".repeat(1024 * 1024 + 1));
    const { code, stdout } = await tools("list", "--load", "--json");
    for (const name of ["endless.json", "silent.yaml", "large.json"]) {
      await rm(join(place, name));
    }
    expect(code).toBe(0);
    expect(stdout).toMatch(/endless\.json: it is no regular file/);
    expect(stdout).toMatch(/silent\.yaml: it is no regular file/);
    expect(stdout).toMatch(/large\.json: it has 1048577 bytes, more than 1 MiB/);
  });

  it("lets no file of a repository take the place of a tool that the user has added", async () => {
    await tools("add", "mine.yaml", "--force");
    const foreign = join(folder, ".cluster/tools/mine.yaml");
    await writeFile(foreign, MINE.replace("./run", "/bin/false"));
    const { stdout } = await tools("list");
    await rm(foreign);
    expect(stdout).toMatch(/^mine +text +~\/\.config\/cluster\/tools\/mine\.yaml +found/m);
    expect(stdout).not.toContain(".cluster/tools/mine.yaml");
  });

  it("knows all that are shipped", () => {
    expect(
      readdirSync(shippedToolsFolder())
        .map((file) => file.slice(0, -5))
        .sort(),
    ).toEqual(SHIPPED_TOOLS);
  });

  it("a tool that only answers is none for a run", async () => {
    const args = ["run", "-m", "x", "a.md", "--tool", "bash"];
    const { code, stderr } = await runHere(cli, args, { cwd: folder });
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/answers, and edits no files.*\n.*tools try bash/),
    });
  });
});

describe("cluster tools try", () => {
  it("says that a file is not there, and which names there are, those of list among them", async () => {
    const missing = await tools("try", "./missing.yaml");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain(`There is no file ${join(folder, "missing.yaml")}.`);
    const { stderr } = await tools("try", "sqlite4");
    expect(stderr).toMatch(/There is no tool "sqlite4"\. Did you mean "sqlite3"\? Known: /);
    const { tools: listed } = JSON.parse((await tools("list", "--all", "--json")).stdout) as {
      tools: { name: string }[];
    };
    for (const { name } of listed) expect(stderr).toContain(name);
  });

  it("shows the role of each byte, of lines that come by a pipe", async () => {
    const input = "echo hi >&2; \\\necho there\nif\n:reset\n";
    const { code, stdout } = await cli.run(["tools", "try", "bash"], { cwd: folder, input });
    expect(code).toBe(0);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toMatch(/^told setup +│ PS1= PS2=/m);
    expect(stdout).toMatch(/^ready +│ zz\w+$/m);
    expect(stdout).toMatch(/^told request *│ builtin eval 'echo hi >&2;\\x20\\n$/m);
    expect(stdout).toMatch(/^answer \(err\) *│ hi\\n$/m);
    expect(stdout).toMatch(/^answer +│ there\\n$/m);
    expect(stdout).toMatch(/^end +│ zz\w+$/m);
    expect(stdout).toMatch(/^result +│ ".*there.*" \(ended by sentinel\)$/m);
    expect(stdout).toMatch(/^failed +│ refused TOOL_FAILED: syntax error/m);
    expect(stdout).toMatch(/^reset +│ its process was replaced$/m);
  });

  it("says what it waited for and what came instead, for people and for programs", async () => {
    const text = MINE.replace("./run", "python3")
      .replace("print(", "print (")
      .concat('arguments: ["-u", "-i", "-q"]\nready: "In [1]:"\n');
    await writeFile(join(folder, "stuck.yaml"), text);
    const args = ["tools", "try", "./stuck.yaml", "--request", "1", "--timeout", "2s"];
    const plain = await cli.run(args, { cwd: folder });
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/^It waited for this in vain \(ready\): "In \[1\]:"$/m);
    expect(plain.stdout).toMatch(/^ {2}stderr since: +>>>\\x20$/m);
    // What it printed is quoted once, and the option is this command's.
    expect(plain.stdout).toMatch(/^failed .*printed last: ">>> "\. .*raise --timeout\.$/m);
    const json = await cli.run([...args, "--json"], { cwd: folder });
    const events = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: "stuck", pattern: '"In [1]:"', stderr: ">>> " });
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends at once on %s while the tool still starts",
    async (signal) => {
      // The tool itself says that its start has begun.
      const began = join(folder, `began-${signal}`);
      const definition = {
        name: "silent",
        command: "sh",
        arguments: ["-c", `: > ${began}; exec cat`],
        ready: "never",
        framing: { by: "sentinel", send: "{{nonce}}" },
      };
      await writeFile(join(folder, "silent.json"), JSON.stringify(definition));
      const args = ["tools", "try", "./silent.json", "--request", "1", "--timeout", "1h"];
      const running = cli.start(args, { cwd: folder });
      await vi.waitUntil(() => existsSync(began), { timeout: 60_000 });
      running.kill(signal);
      const { code, stdout } = await running.ended;
      expect(code).toBe(1);
      expect(stdout).toMatch(/^It waited for this in vain \(ready\): "never"$/m);
    },
  );

  it("speaks with an agent that lives for one task", async () => {
    await writeFile(
      join(folder, "agent.json"),
      JSON.stringify({
        name: "agent",
        kind: "agent",
        command: "sed",
        arguments: ["-e", "{{message}}", "{{files}}"],
        framing: { by: "exit" },
        files: "arguments",
      }),
    );
    await writeFile(join(folder, "a.txt"), "one\n");
    const args = ["tools", "try", "./agent.json", "--json", "--request", "s/one/two/"];
    const { stdout } = await cli.run([...args, "--file", "a.txt"], { cwd: folder });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: "result", result: { reply: "two" } });
  });
});

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { SAMPLE_CONFIG } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(6);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const reportOf = (stdout: string): RunReport => JSON.parse(stdout) as RunReport;

describe("cluster run", () => {
  it("lands a commit for each file: report on stdout, progress on stderr, exit code 0", async () => {
    const { repository } = bench;
    const { code, stdout, stderr } = await bench.run([
      "-m",
      "Add a header",
      "docs/*.md",
      "-w",
      "3",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^outcome +tasks\nlanded +6\n/);
    expect(stdout).toMatch(/speed .* with 3 workers/);
    expect(stdout).toMatch(/6 commits landed on main/);
    expect(stderr.trim().split("\n")).toHaveLength(7);
    expect(stderr).toMatch(/^Run \w{8}\n\[1\/6\] landed docs\/page-00\d\.md [\d.]+s\n/);
    expect(await repository.git("rev-list", "--count", "HEAD")).toBe("7");
    for (const file of repository.files) expect(await repository.read(file)).toContain("DOC_ID");
    const log = /^ {2}git (log .*)$/m.exec(stdout)?.[1] ?? "";
    expect(await repository.git(...log.split(" "))).toContain("docs/page-006.md");
    await bench.expectNothingLeft();
  });

  it("gives one JSON document with --json, and is silent with -q", async () => {
    const { code, stdout, stderr } = await bench.run(["-m", "x", "docs/*.md", "--json", "-q"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(reportOf(stdout)).toMatchObject({ ok: true, tool: "sample", counts: { landed: 6 } });
  });

  it("writes the report into files too, and refuses what cannot be one before it starts", async () => {
    const at = (name: string): string => join(bench.cli.home, name);
    const files = ["md", "xml", "json"].flatMap((ending) => ["--report", at(`r.${ending}`)]);
    const args = ["-m", "x", "docs/page-00[12].md", "-q", "--json"];
    const refused = await bench.runHere([...args, ...files, "--report", "nowhere/r.md"]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/--report: there is no folder .*nowhere\.\n/);
    expect(await bench.repository.git("rev-list", "--count", "HEAD")).toBe("1");
    const { code, stdout } = await bench.run([...args, ...files]);
    expect(code).toBe(0);
    const read = (name: string): Promise<string> => readFile(at(name), "utf8");
    expect(await read("r.json")).toBe(stdout);
    expect(await read("r.md")).toContain("2 of 2 tasks landed");
    expect(await read("r.xml")).toContain('tests="2" failures="0"');
  });

  it("lists the tasks with --dry-run and starts nothing", async () => {
    const before = await bench.repository.git("rev-parse", "HEAD");
    const args = ["-m", "Add\na header", "docs/*.md", "-w", "9", "--dry-run", "--model", "m"];
    const { code, stdout, stderr } = await bench.runHere(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Would run 6 tasks with 6 workers of sample in");
    for (const file of bench.repository.files) expect(stdout).toContain(`  ${file}\n`);
    expect(stdout).toContain("message: Add a header");
    expect(stdout).toMatch(/command: .*agent/);
    expect(stdout).toContain("Nothing was started.");
    expect(await bench.repository.git("rev-parse", "HEAD")).toBe(before);
    await bench.expectNothingLeft();
  });

  it("gives the plan of a dry run as JSON, without the keys of the command line", async () => {
    const args = ["-m", "x", "docs/*.md", "--dry-run", "--json", "--tool", "made"];
    const { stdout } = await bench.runHere([...args, "--", "--openai-api-key", "sk-very-secret"]);
    expect(stdout).not.toContain("sk-very-secret");
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      tool: "made",
      toolArguments: ["--openai-api-key", "[redacted]"],
      tasks: expect.objectContaining({ length: 6 }),
    });
  });

  it("tells in a dry run what a user would type, where the adapter has a host of its own", async () => {
    const tool = `export default {
      name: "hosted",
      command: () => ({ file: "/host/python", args: ["{}"], shown: ["hosted", "--model", "m"] }),
      connect: () => ({}),
    };`;
    await writeFile(join(bench.cli.home, "hosted.mjs"), tool);
    const config = join(bench.cli.home, "hosted.config.json");
    await writeFile(config, JSON.stringify({ tools: { hosted: "./hosted.mjs" } }));
    const args = [
      "run",
      "--config",
      config,
      "--tool",
      "hosted",
      "-m",
      "x",
      "docs/*.md",
      "--dry-run",
    ];
    const { stdout } = await runHere(bench.cli, args, { cwd: bench.repository.path });
    expect(stdout).toMatch(/^command: hosted --model m$/m);
  });

  it("exits with 1 when some tasks fail, and names each with its reason", async () => {
    const message =
      "x [fake:only=page-001.md:fail=malformed][fake:only=page-002.md:no-change]" +
      "[fake:only=page-003.md:outside=elsewhere.txt]";
    const { code, stdout, stderr } = await bench.run([
      "-m",
      message,
      "docs/*.md",
      "--retries",
      "0",
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/landed +4\nno-change +1\ntool-error +1\n/);
    expect(stdout).toMatch(/docs\/page-001\.md +tool-error +.*malformed/);
    expect(stdout).toMatch(/docs\/page-003\.md +elsewhere\.txt +refs\/cluster\//);
    expect(stderr).toMatch(/tool-error docs\/page-001\.md [\d.]+s: /);
    await bench.expectNothingLeft();
  });

  it("tells in a dry run what a task knows of those before it, and does so in a run", async () => {
    const args = ["-m", "x", "docs/page-00[123].md", "-w", "1"];
    const plan = await bench.runHere([...args, "--dry-run"]);
    expect(plan.stdout).toContain("context: reset");
    const { stdout } = await bench.run([...args, "--context", "conversation", "--json"]);
    const { tasks } = JSON.parse(stdout) as { tasks: { evidence: { reply: string } }[] };
    const turns = tasks.map(({ evidence }) => /^Turn \d/.exec(evidence.reply)?.[0]);
    expect(turns).toEqual(["Turn 1", "Turn 2", "Turn 3"]);
  });

  it("counts a task that changes nothing as a failure only with --require-change", async () => {
    const args = ["-m", "x [fake:claim-only]", "docs/page-001.md"];
    expect((await bench.run(args)).code).toBe(0);
    const { code, stdout } = await bench.run([...args, "--require-change"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/docs\/page-001\.md +no-change +.*git sees no change/);
  });

  it("lands what --verify accepts, changes elsewhere with --allow-outside", async () => {
    const message = "x [fake:only=page-001.md:append=BAD]";
    const verify = ["--verify", '! grep -q BAD "$@"', "--allow-outside", "--retries", "0"];
    const { code, stdout } = await bench.run([
      "-m",
      `${message}[fake:only=page-002.md:outside=other.txt]`,
      "docs/page-00[12].md",
      ...verify,
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/landed +1\nverify-failed +1\n/);
    expect(await bench.repository.git("ls-files", "other.txt")).toBe("other.txt");
  });

  it("takes the message from a file, and from stdin", async () => {
    const dry = ["docs/page-001.md", "--dry-run"];
    await bench.repository.write("change.txt", "From the file\n");
    const file = await bench.runHere(["--message-file", "change.txt", ...dry]);
    expect(file.stdout).toContain("message: From the file");
    const stdin = await bench.runHere(["--message-file", "-", ...dry], { input: "From stdin\n" });
    expect(stdin.stdout).toContain("message: From stdin");
  });

  it.each([
    ["--set-env", "OPENAI_API_KEY=sk-of-a-dry-run"],
    ["--set-env=OPENAI_API_KEY=sk-of-a-dry-run"],
    ["--api-key", "openai=sk-of-a-dry-run"],
  ])("shows no key with --dry-run: %s", async (...raw) => {
    const args = ["-m", "x", "docs/*.md", "--dry-run", "--tool", "made", "--", ...raw];
    for (const json of [[], ["--json"]]) {
      const { code, stdout } = await bench.runHere([...json, ...args]);
      expect(code).toBe(0);
      expect(stdout).toContain("[redacted]");
      expect(stdout).not.toContain("sk-of-a-dry-run");
    }
  });

  it("lets flags win over the configuration, and hands raw arguments to the tool", async () => {
    const config = join(bench.repository.path, "flags.config.mjs");
    await writeFile(
      config,
      `import sample from ${JSON.stringify(SAMPLE_CONFIG)};
       export default { ...sample, workers: 4, retries: 3, model: "from-file", timeout: "5m", context: "fresh" };`,
    );
    const args = ["-m", "x", "docs/*.md", "--dry-run", "--json", "--config", config];
    const { stdout } = await bench.runHere([
      ...args,
      "-w",
      "2",
      "--tool",
      "made",
      "--",
      "--raw",
      "a b",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      workers: 2,
      retries: 3,
      model: "from-file",
      context: "fresh",
      timeoutMs: 300_000,
      toolArguments: ["--raw", "a b"],
      command: { args: expect.arrayContaining(["--raw", "a b"]) },
    });
  });

  it("uses a tool that is a module of the user's own", async () => {
    const { code, stdout } = await bench.run([
      "-m",
      "x",
      "docs/*.md",
      "--tool",
      "module",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(reportOf(stdout)).toMatchObject({ tool: "module", counts: { landed: 6 } });
  });

  it("works from a folder below, and with -C from anywhere", async () => {
    const below = await bench.runHere(["-m", "x", "page-001.md", "--dry-run"], {
      cwd: join(bench.repository.path, "docs"),
    });
    expect(below.stdout).toContain("  docs/page-001.md\n");
    const args = ["-m", "x", "page-001.md", "--dry-run", "-C", "docs"];
    expect((await bench.runHere(args)).stdout).toContain("  docs/page-001.md\n");
  });

  it("ends a turn at its --timeout", async () => {
    const args = ["-m", "x [fake:hang]", "docs/page-001.md", "--timeout", "1", "--retries", "0"];
    const { code, stdout } = await bench.run(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/timeout +1\n/);
    await bench.expectNothingLeft();
  });

  it("goes on when the reader of its report goes away", async () => {
    const running = bench.start(["-m", "x", "docs/*.md"]);
    running.closeStdout();
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr).not.toContain("EPIPE");
    await bench.expectNothingLeft();
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { runHere } from "../harness/in-process.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({
    "docs/a.md": "# A\n",
    "docs/b b.md": "# B\n",
    "src/c.md": "# C\n",
    "style.md": "# Style\n",
  });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

interface Plan {
  readonly message: string | null;
  readonly tasks: readonly Readonly<Record<string, unknown>>[];
  readonly estimate: { readonly costUsd: { readonly low: number } | null };
}

async function plan(args: readonly string[], input?: string): Promise<Plan> {
  const options = input === undefined ? {} : { input };
  const { code, stdout, stderr } = await bench.runHere([...args, "--dry-run", "--json"], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Plan;
}

describe("files", () => {
  it("come from a list, with a message that names each", async () => {
    await bench.repository.write("list.txt", "docs/b b.md\nsrc/c.md\n");
    const { tasks } = await plan(["-m", "Fix {{file}}", "--files-from", "list.txt"]);
    expect(tasks).toMatchObject([
      { prompt: "Fix docs/b b.md", files: ["docs/b b.md"] },
      { prompt: "Fix src/c.md", files: ["src/c.md"] },
    ]);
  });

  it("come from stdin, parted by NUL, a task for each folder", async () => {
    const args = ["-m", "In {{folder}}", "--files-from", "-", "-0", "--per", "folder"];
    const { tasks } = await plan(args, "docs/b b.md\0src/c.md\0docs/a.md\0");
    expect(tasks).toMatchObject([
      { prompt: "In docs", files: ["docs/b b.md", "docs/a.md"] },
      { prompt: "In src", files: ["src/c.md"] },
    ]);
  });

  it("of globs may be chunks, by a flag or the configuration", async () => {
    const { tasks } = await plan(["-m", "x", "**/*.md", "--per", "chunk=3"]);
    expect(tasks.map(({ files }) => files)).toEqual([
      ["docs/a.md", "docs/b b.md", "src/c.md"],
      ["style.md"],
    ]);
    const file = "per.config.yaml";
    await bench.repository.write(file, "per: folder\n");
    const args = ["run", "-m", "x", "**/*.md", "--config", file, "--dry-run", "--json"];
    const { stdout } = await runHere(bench.cli, args, { cwd: bench.repository.path });
    expect((JSON.parse(stdout) as Plan).tasks).toHaveLength(3);
  });
});

describe("a list of tasks", () => {
  it("is run, each row with its own prompt, files and model", async () => {
    await bench.repository.write(
      "tasks.yaml",
      `prompt: Say {{word}} in {{file}}
tasks:
  - { file: docs/a.md, word: hello }
  - { file: src/c.md, word: good bye, model: other, tool: module }
  - { prompt: Both, files: [docs/b b.md, style.md] }
`,
    );
    const { code, stdout } = await bench.run(["--tasks", "tasks.yaml", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { landed: 3 } });
    const log = await bench.repository.git("log", "--format=%s", "--no-merges");
    for (const subject of ["Say hello in docs/a.md", "Say good bye in src/c.md", "Both"]) {
      expect(log).toContain(`${subject} (`);
    }
    expect(await bench.repository.git("show", "HEAD:style.md")).toContain("DOC_ID");
    await bench.expectNothingLeft();
  });

  it("is filled into the message", async () => {
    await bench.repository.write("renames.csv", 'file,old,new\ndocs/a.md,x,y\nsrc/c.md,"1,5",2\n');
    const { message, tasks } = await plan(["--tasks", "renames.csv", "-m", "{{old}} to {{new}}"]);
    expect(message).toBe("{{old}} to {{new}}");
    expect(tasks.map(({ prompt }) => prompt)).toEqual(["x to y", "1,5 to 2"]);
  });

  it("is JSONL on stdin, and shown with what is special of each", async () => {
    const rows = [
      { id: "one", prompt: "First", file: "docs/a.md" },
      { id: "two", prompt: "Then", after: "one", model: "m", read: "style.md" },
    ];
    const input = rows.map((row) => JSON.stringify(row)).join("\n");
    const { code, stdout } = await bench.runHere(["--tasks", "-", "--dry-run"], { input });
    expect(code).toBe(0);
    expect(stdout).toContain("  docs/a.md (id one)\n  Then (id two; after one; model m)\n");
    expect(stdout).toContain("first:   First\n");
  });
});

describe("a dry run estimates", () => {
  it("tokens, cost and time, and says what it takes for granted", async () => {
    const args = ["-m", "x", "docs/*.md", "--dry-run", "--price", "2,8"];
    const { stdout } = await bench.runHere(args);
    expect(stdout).toMatch(
      /\nEstimate from the sizes of files; nothing is promised:\n {2}tokens: 1\.\dk to \d+k in, 300 to \d\.\dk out\n {2}cost: {3}\$0\.00\d+ to \$0\.\d+\n {2}time: {3}[\d.]+s to .* with 2 workers\n {2}- .*bytes/,
    );
    const unknown = await bench.runHere(args.slice(0, -2));
    expect(unknown.stdout).toContain("cost:   unknown; say what the model costs: --price IN,OUT");
  });

  it("as JSON too, at the price of each model", async () => {
    await bench.repository.write(
      "tasks.jsonl",
      '{"prompt":"x","file":"docs/a.md","model":"big"}\n{"prompt":"y","file":"src/c.md"}\n',
    );
    const cost = async (...prices: string[]): Promise<{ low: number } | null> => {
      const flags = prices.flatMap((price) => ["--price", price]);
      const { estimate } = await plan(["--tasks", "tasks.jsonl", ...flags]);
      expect(estimate).toMatchObject({ tasks: 2, basis: { samples: 0, tokens: "sizes" } });
      return estimate.costUsd;
    };
    expect(await cost("big=3,15")).toBeNull();
    const both = await cost("3,15", "big=30,150");
    const small = await cost("3,15");
    expect(both?.low).toBeCloseTo((small?.low ?? 0) * 5.5, 3);
  });
});

describe("nothing is started", () => {
  it.each([
    [["-m", "x", "--files-from", "list.txt"], /list\.txt:2: there is no file "gone\.md"/],
    [["-m", "x {{fil}}", "docs/a.md"], /no \{\{fil\}\}; there is \{\{file\}\}/],
    [["--tasks", "tasks.csv"], /tasks\.csv:2, column "prompt": expected "prompt".*-m/],
    [["--tasks", "tasks.txt"], /tasks\.txt: expected a name that ends in/],
    [
      ["--tasks", "tools.csv"],
      /tools\.csv:2, column "tool": expected one of aider, sample.*, found "samp"/,
    ],
    [["--tasks", "none.csv"], /--tasks none\.csv: there is no such file/],
    [
      ["-m", "x", "docs/a.md", "--tasks", "tasks.csv"],
      /files \(docs\/a\.md\) and --tasks are given/,
    ],
    [["-m", "x", "--per", "file", "--tasks", "tasks.csv"], /--per and --tasks are both given/],
    [["-m", "x", "docs/a.md", "--per", "chunk=0"], /--per.*It takes file, folder or chunk=N/],
    [["-m", "x", "docs/a.md", "--price", "cheap"], /--price.*It takes IN,OUT or MODEL=IN,OUT/],
    [["-m", "x", "docs/a.md", "-0"], /-0\/--null/],
    [["--message-file", "-", "--files-from", "-"], /cannot both come from stdin/],
    [["-m", "x"], /There is no file\.\n.*--files-from or --tasks/],
  ])("%j", async (args, message) => {
    await bench.repository.write("list.txt", "docs/a.md\ngone.md\n");
    await bench.repository.write("tasks.csv", "file\ndocs/a.md\n");
    await bench.repository.write("tools.csv", "prompt,tool\nx,samp\n");
    const result = await bench.runHere(args);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: "" });
    await bench.expectNothingLeft();
  });
});

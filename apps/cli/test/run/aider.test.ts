import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findAider, installAider } from "@cluster/adapter-aider";
import type { RunReport } from "@cluster/batch";
import { type ModelReply, type StandInModel, startStandInModel } from "@cluster/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import type { CliResult } from "../harness/cli.ts";

let aider: string;
let bench: Bench;
let model: StandInModel;
let settings: readonly string[];

beforeAll(async () => {
  const found = await findAider();
  aider = (found.found ? found : await installAider()).executable;
});

beforeEach(async () => {
  bench = await createBench(8);
  model = await startStandInModel();
  const files = await model.writeAiderSettings(bench.cli.home);
  settings = [
    "--model-settings-file",
    files.modelSettingsFile,
    "--model-metadata-file",
    files.modelMetadataFile,
  ];
});
afterEach(async () => {
  await model.close();
  await bench[Symbol.asyncDispose]();
});

interface AiderRun {
  readonly executable?: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly raw?: readonly string[];
}

/** `cluster run --tool aider` with one worker, so that the order of the tasks is known. */
function run(args: readonly string[], options: AiderRun = {}): Promise<CliResult> {
  const { executable = aider, baseUrl = model.baseUrl, raw = [] } = options;
  return bench.run(
    [
      ...[
        "-m",
        "Add a header",
        "--tool",
        "aider",
        "-w",
        "1",
        "--model",
        options.model ?? model.model,
      ],
      ...args,
      ...["--", "--openai-api-base", baseUrl, ...settings, ...raw],
    ],
    { env: { CLUSTER_AIDER: executable, OPENAI_API_KEY: model.apiKey } },
  );
}

const reportOf = ({ stdout }: CliResult): RunReport => JSON.parse(stdout) as RunReport;

describe("cluster run with real aider", () => {
  it("lands what it edits, and tells each fault of the model server apart", async () => {
    const once = new Set<string>();
    const faults: Record<string, ModelReply> = {
      "page-002.md": { kind: "malformed" },
      "page-003.md": { kind: "status", status: 500 },
      "page-005.md": { kind: "cut" },
      "page-007.md": { kind: "invalid-json" },
      "page-008.md": { kind: "hang" },
    };
    model.setBehaviour(({ files }) => {
      const name = files[0]?.path.split("/").at(-1) ?? "";
      if (name === "page-001.md" && !once.has(name)) {
        once.add(name);
        return { kind: "slow", delayMs: 500 };
      }
      if (name === "page-004.md" && !once.has(name)) {
        once.add(name);
        return { kind: "status", status: 429, retryAfter: 1 };
      }
      return faults[name] ?? { kind: "edit" };
    });
    const result = await run(["docs/*.md", "--retries", "0", "--timeout", "15", "--json"]);
    const outcomes = reportOf(result).tasks.map(({ files, outcome, reason }) => [
      files[0]?.slice(-11),
      outcome,
      reason?.failureClass ?? null,
    ]);
    expect(outcomes).toEqual([
      ["page-001.md", "landed", null],
      ["page-002.md", "tool-error", "malformed"],
      ["page-003.md", "tool-error", "overload"],
      ["page-004.md", "landed", null],
      ["page-005.md", "tool-error", "overload"],
      ["page-006.md", "landed", null],
      ["page-007.md", "tool-error", "overload"],
      ["page-008.md", "timeout", "timeout"],
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/\[5\/8\] tool-error docs\/page-005\.md [\d.]+s: /);
    expect(await bench.repository.read("docs/page-001.md")).toContain("DOC_ID");
    await bench.expectNothingLeft();
  }, 180_000);

  it("gives up on a refused key after the first few, and shows it nowhere", async () => {
    model.setBehaviour({ kind: "status", status: 401, message: `Wrong key: ${model.apiKey}` });
    const { code, stdout, stderr } = await run(["docs/*.md"]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/tool-error +3\ncancelled +5\n/);
    expect(stdout).toContain("Check the API key");
    expect(stdout + stderr).not.toContain(model.apiKey);
    await bench.expectNothingLeft();
  }, 120_000);

  it("gives up on a model server that is down", async () => {
    const { code, stdout } = await run(["docs/*.md", "--retries", "0"], {
      baseUrl: "http://127.0.0.1:9/v1",
    });
    expect(code).toBe(4);
    expect(stdout).toMatch(/tool-error +3\ncancelled +5\n/);
    expect(stdout).toContain("when the provider answers");
    await bench.expectNothingLeft();
  }, 120_000);

  it("says that a model is unknown", async () => {
    const { code, stdout } = await run(["docs/*.md"], { model: "no-such-provider/no-such-model" });
    expect(stdout).toContain("no-such-model");
    expect(code).toBe(3);
    await bench.expectNothingLeft();
  }, 120_000);

  it("says that aider does not know an argument", async () => {
    const { code, stdout } = await run(["docs/*.md"], { raw: ["--no-such-option"] });
    expect(stdout).toContain("--no-such-option");
    expect(code).toBe(3);
    await bench.expectNothingLeft();
  }, 120_000);
});

describe("an aider that cannot be used", () => {
  /** An `aider` whose interpreter is a script of ours. */
  async function fakeAider(pythonScript: string): Promise<string> {
    const folder = join(bench.cli.home, "fake");
    await mkdir(folder);
    const python = join(folder, "python3");
    await writeFile(python, `#!/bin/sh\n${pythonScript}\n`, { mode: 0o755 });
    const executable = join(folder, "aider");
    await writeFile(executable, `#!${python}\n`, { mode: 0o755 });
    return executable;
  }

  async function expectSetupError(executable: string, message: RegExp): Promise<void> {
    const { code, stdout, stderr } = await run(["docs/*.md"], { executable });
    expect(stderr).toMatch(message);
    expect(stderr).toContain("cluster tools install aider");
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    await bench.expectNothingLeft();
  }

  it("is missing", async () => {
    const { code, stderr } = await run(["docs/*.md"], { executable: "/nowhere/aider" });
    expect(stderr).toMatch(/The tool aider cannot be used: CLUSTER_AIDER=\/nowhere\/aider is not/);
    expect(code).toBe(3);
    await bench.expectNothingLeft();
  });

  it("has the wrong version", async () => {
    const report = { version: "0.50.1", absent: [], packages: { aider: "", litellm: "" } };
    const old = await fakeAider(`echo '${JSON.stringify(report)}'`);
    await expectSetupError(old, /is aider 0\.50\.1; this adapter knows 0\.86/);
  });

  it("has a broken environment", async () => {
    const broken = await fakeAider(
      `echo "ModuleNotFoundError: No module named 'aider'" >&2; exit 1`,
    );
    await expectSetupError(broken, /cannot run with .*No module named 'aider'/);
  });
});

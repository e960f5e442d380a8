import { readdirSync, readFileSync } from "node:fs";
import { findAider, installAider } from "@cluster/adapter-aider";
import type { RunReport } from "@cluster/batch";
import { type ModelCall, type StandInModel, startStandInModel, waitFor } from "@cluster/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import type { RunningCli } from "../harness/cli.ts";

const TASKS = 6;

let aider: string;
let bench: Bench;
let model: StandInModel;
let settings: readonly string[];

beforeAll(async () => {
  const found = await findAider();
  aider = (found.found ? found : await installAider()).executable;
});

beforeEach(async () => {
  bench = await createBench(TASKS);
  model = await startStandInModel();
  const files = await model.writeAiderSettings(bench.cli.home);
  settings = ["--model-settings-file", files.modelSettingsFile];
  settings = [...settings, "--model-metadata-file", files.modelMetadataFile];
});
afterEach(async () => {
  await model.close();
  await bench[Symbol.asyncDispose]();
});

function start(args: readonly string[]): RunningCli {
  return bench.start(
    [
      ...["-m", "Add a header", "docs/*.md", "--tool", "aider", "--model", model.model, "--json"],
      ...args,
      ...["--", "--openai-api-base", model.baseUrl, ...settings],
    ],
    { env: { CLUSTER_AIDER: aider, OPENAI_API_KEY: model.apiKey } },
  );
}

async function reportOf({ ended }: RunningCli): Promise<RunReport> {
  const { stdout } = await ended;
  return JSON.parse(stdout) as RunReport;
}

/** The files that a call to the model tells of, by whatever it says. */
function filesIn({ messages }: ModelCall): readonly string[] {
  return [...new Set(JSON.stringify(messages).match(/page-\d+\.md/g))];
}

/** The Pythons with this test's home: aiders, and their server. */
function pythons(): readonly string[] {
  const home = `HOME=${bench.cli.home}`;
  return readdirSync("/proc").filter((pid) => {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0");
    try {
      return read("environ").includes(home) && read("cmdline")[0]?.includes("python");
    } catch {
      // It is no process, or has ended.
      return false;
    }
  });
}

function forkServer(): number {
  const all = pythons();
  const parents = all.map((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  });
  return Number(all.find((pid) => parents.includes(pid)));
}

describe.runIf(process.platform === "linux")("cluster run with a fresh aider for each task", () => {
  it("tells no task of another one; a conversation does", async () => {
    const fresh = await reportOf(start(["-w", "2"]));
    expect(fresh).toMatchObject({ ok: true, counts: { landed: TASKS } });
    expect(model.calls.map((call) => filesIn(call).length)).toEqual(Array(TASKS).fill(1));
    await bench.expectNothingLeft();
    await waitFor(() => pythons().length === 0, { what: "the end of aider and of its server" });

    await bench.repository.git("reset", "--quiet", "--hard", `HEAD~${TASKS}`);
    model.clearCalls();
    await reportOf(start(["-w", "1", "--context", "conversation"]));
    expect(filesIn(model.calls.at(-1) as ModelCall)).toHaveLength(TASKS);
  }, 180_000);

  it("goes on when the server is killed, and tells the truth about it", async () => {
    model.setBehaviour(() => (model.calls.length <= 2 ? { kind: "hang" } : { kind: "edit" }));
    const run = start(["-w", "2", "--retries", "1"]);
    await waitFor(() => model.inFlight === 2, { what: "two turns", timeoutMs: 60_000 });
    process.kill(forkServer(), "SIGKILL");
    const report = await reportOf(run);
    expect(report).toMatchObject({ ok: true, counts: { landed: TASKS } });
    expect(report.tasks.map(({ attempts }) => attempts).toSorted()).toEqual([1, 1, 1, 1, 2, 2]);
    expect(run.said()).toMatch(/another attempt at \S+ after tool-error: /);
    await bench.expectNothingLeft();
    await waitFor(() => pythons().length === 0, { what: "the end of aider and of its server" });
  }, 180_000);
});

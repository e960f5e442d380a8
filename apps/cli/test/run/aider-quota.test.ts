import { join } from "node:path";
import { findAider, installAider } from "@cluster/adapter-aider";
import {
  openRepository,
  RUN_FILES,
  type RunEvent,
  type RunReport,
  readEvents,
} from "@cluster/batch";
import { type StandInModel, startStandInModel } from "@cluster/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import type { CliResult } from "../harness/cli.ts";
import { storeOf } from "../harness/runs.ts";

const TASKS = 8;
const WORKERS = 3;

let aider: string;
let bench: Bench;
let model: StandInModel;
let raw: readonly string[];

beforeAll(async () => {
  const found = await findAider();
  aider = (found.found ? found : await installAider()).executable;
});

beforeEach(async () => {
  bench = await createBench(TASKS);
  model = await startStandInModel();
  const files = await model.writeAiderSettings(bench.cli.home);
  raw = [
    ...["--openai-api-base", model.baseUrl],
    ...["--model-settings-file", files.modelSettingsFile],
    ...["--model-metadata-file", files.modelMetadataFile],
  ];
});
afterEach(async () => {
  await model.close();
  await bench[Symbol.asyncDispose]();
});

function cluster(...args: readonly string[]): Promise<CliResult> {
  const env = { CLUSTER_AIDER: aider, OPENAI_API_KEY: model.apiKey };
  return bench.cli.run(args, { cwd: bench.repository.path, env });
}

function run(...args: readonly string[]): Promise<CliResult> {
  const what = [
    "run",
    "-m",
    "Add a header",
    "docs/*.md",
    "--tool",
    "aider",
    "--model",
    model.model,
  ];
  return cluster(...what, "--retries", "0", "--json", ...args, "--", ...raw);
}

const reportOf = ({ stdout }: CliResult): RunReport => JSON.parse(stdout) as RunReport;

async function eventsOf(): Promise<readonly RunEvent[]> {
  using reader = await storeOf(bench).read(await openRepository(bench.repository.path), "last");
  const events: RunEvent[] = [];
  for await (const event of readEvents(join(reader.folder, RUN_FILES.events))) events.push(event);
  return events;
}

const isTurn = (event: RunEvent): boolean =>
  event.type === "attempt.stage" && event.stage === "turn";
const isDispatch = (event: RunEvent): boolean => event.type === "attempt.started" || isTurn(event);

describe("real aider, and a provider that refuses for quota", () => {
  it("waits as long as it is told, shows with one task that it is over, and loses no try", async () => {
    const retryAfter = 3;
    let refusesUntil = 0;
    model.setBehaviour(() => {
      if (model.calls.length <= WORKERS) return { kind: "slow", delayMs: 200 };
      if (refusesUntil === 0) refusesUntil = Date.now() + retryAfter * 1_000;
      return Date.now() < refusesUntil
        ? { kind: "status", status: 429, retryAfter }
        : { kind: "edit" };
    });
    const report = reportOf(await run("-w", String(WORKERS)));
    expect(report).toMatchObject({ ok: true, counts: { landed: TASKS } });

    // Those that were under way together, and nobody after them.
    const refused = model.answers.filter(({ reply }) => reply.kind === "status").length;
    expect(refused).toBeGreaterThanOrEqual(1);
    expect(refused).toBeLessThanOrEqual(WORKERS);
    expect(model.calls).toHaveLength(TASKS + refused);
    const attempts = report.tasks.reduce((sum, task) => sum + task.attempts, 0);
    expect(attempts).toBe(TASKS + refused);
    const waited = model.calls.filter(({ receivedAt }) => receivedAt >= refusesUntil);
    expect(waited).toHaveLength(TASKS - WORKERS);

    const events = await eventsOf();
    const at = (type: RunEvent["type"]): number => events.findIndex((event) => event.type === type);
    const [paused, probing, continued] = [at("run.paused"), at("run.probing"), at("run.continued")];
    expect(paused).toBeGreaterThan(0);
    expect(events.slice(paused, probing).filter(isDispatch)).toEqual([]);
    expect(events.slice(probing, continued).filter(isTurn)).toHaveLength(1);
    await bench.expectNothingLeft();
  }, 180_000);

  it("pauses when it is to, and goes on with another model", async () => {
    model.setBehaviour((call) => {
      const well = model.calls.length <= 2 || call.model === "stand-in-weak";
      return well ? { kind: "edit" } : { kind: "status", status: 429, retryAfter: 3_600 };
    });
    // Its price is known from aider's own settings.
    const first = await run("-w", "1", "--on-quota", "pause", "--max-cost", "5");
    expect(first.code).toBe(6);
    expect(reportOf(first)).toMatchObject({ counts: { landed: 2, quota: TASKS - 2 } });
    expect(model.calls).toHaveLength(3);

    const other = `switch=${model.weakModel}`;
    const second = await cluster("resume", "last", "--on-quota", other, "--json");
    expect(reportOf(second)).toMatchObject({ ok: true, counts: { landed: TASKS } });
    const models = model.calls.slice(3).map((call) => call.model);
    expect(models).toEqual(["stand-in", ...Array(TASKS - 2).fill("stand-in-weak")]);
    await bench.expectNothingLeft();
  }, 180_000);
});

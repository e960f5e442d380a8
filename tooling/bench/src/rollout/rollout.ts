import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SampleRepository, type StandInModel, sampleRepository } from "@cluster/testkit";
import { type Cost, timedCommand } from "../measure/timed-command.ts";
import { modelArguments, oneShotArguments } from "./aider-command.ts";

/** One way of doing the same work, measured once. */
export interface Measurement {
  readonly files: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly modelCalls: number;
  readonly mostCallsAtOnce: number;
  /** Files that really have the header at the end, as git has them. */
  readonly edited: number;
  /** From the moment at which all workers were ready to the end; only of our own way. */
  readonly warmSeconds: number | null;
}

/** What all measurements share. */
export interface Setting {
  readonly aider: string;
  readonly model: StandInModel;
  readonly workers: number;
  /** What a task of `cluster run` knows of those before it. @default as fits aider */
  readonly context?: "fresh" | "reset";
}

/** (a) One-shot aider, one file after the other. */
export function inSequence(setting: Setting, files: number): Promise<Measurement> {
  return measure(setting, files, async (repository, common, environment) => {
    let wallSeconds = 0;
    let cpuSeconds = 0;
    for (const file of repository.files) {
      const cost = await timedCommand({
        file: setting.aider,
        args: [...oneShotArguments(setting.model.model, common), file],
        cwd: repository.path,
        env: environment,
      });
      wallSeconds += cost.wallSeconds;
      cpuSeconds += cost.cpuSeconds;
    }
    return { wallSeconds, cpuSeconds, stdout: "" };
  });
}

/** (b) GNU parallel over one-shot aider, in one work tree, as people do it. */
export function withParallel(setting: Setting, files: number): Promise<Measurement> {
  return measure(setting, files, (repository, common, environment) =>
    timedCommand({
      file: "parallel",
      args: [
        `-j${setting.workers}`,
        "--quote",
        setting.aider,
        ...oneShotArguments(setting.model.model, common),
        "{}",
        ":::",
        ...repository.files,
      ],
      cwd: repository.path,
      env: environment,
    }),
  );
}

/** (c) `cluster run`, with the workers held back until all are ready. */
export function withCluster(setting: Setting, files: number): Promise<Measurement> {
  return measure(setting, files, (repository, common, environment, readyFile) =>
    timedCommand({
      file: process.execPath,
      args: [
        "--conditions=@cluster/source",
        fileURLToPath(import.meta.resolve("@cluster/cli/main")),
        "run",
        "-m",
        "Add a DOC_ID header to the top of the file",
        "docs/**/*.md",
        "-w",
        String(setting.workers),
        ...(setting.context === undefined ? [] : ["--context", setting.context]),
        "-C",
        repository.path,
        "--config",
        fileURLToPath(new URL("./warm-aider.config.ts", import.meta.url)),
        "--tool",
        "warm-aider",
        "--json",
        "-q",
      ],
      cwd: repository.path,
      env: {
        ...environment,
        CLUSTER_AIDER: setting.aider,
        ROLLOUT: JSON.stringify({
          model: setting.model.model,
          extraArguments: common,
          workers: setting.workers,
          readyFile,
        }),
      },
    }),
  );
}

async function measure(
  setting: Setting,
  files: number,
  work: (
    repository: SampleRepository,
    common: readonly string[],
    environment: Readonly<Record<string, string>>,
    readyFile: string,
  ) => Promise<Cost>,
): Promise<Measurement> {
  const { model } = setting;
  await using repository = await sampleRepository({ files });
  const folder = await mkdtemp(join(tmpdir(), "cluster-bench-"));
  try {
    const settings = await model.writeAiderSettings(folder);
    model.clearCalls();
    const readyFile = join(folder, "ready");
    const environment = {
      OPENAI_API_KEY: model.apiKey,
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
    };
    const cost = await work(repository, modelArguments(model, settings), environment, readyFile);
    return {
      files,
      wallSeconds: cost.wallSeconds,
      cpuSeconds: cost.cpuSeconds,
      modelCalls: model.calls.length,
      mostCallsAtOnce: model.maxConcurrent,
      edited: countLines(await repository.git("grep", "-l", "DOC_ID", "HEAD")),
      warmSeconds: await warmSeconds(cost.stdout, readyFile),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function countLines(text: string): number {
  return text.split("\n").filter((line) => line !== "").length;
}

/** From the moment at which all workers were ready to the end that the report names. */
async function warmSeconds(stdout: string, readyFile: string): Promise<number | null> {
  const readyAt = await readFile(readyFile, "utf8").catch(() => null);
  if (readyAt === null) return null;
  const report = JSON.parse(stdout) as { readonly endedAt: number };
  return (report.endedAt - Number(readyAt)) / 1000;
}

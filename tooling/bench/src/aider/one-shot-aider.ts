import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StandInModel, sampleRepository, startStandInModel } from "@cluster/testkit";
import { timedCommand } from "../measure/timed-command.ts";
import { modelArguments, oneShotArguments } from "../rollout/aider-command.ts";
import type { Reading } from "../runner/benchmark.ts";

/** One-shot aider as its users script it, on one file. */
export class OneShotAider {
  readonly #executable: string;
  readonly #model: StandInModel;
  readonly #folder: string;
  readonly #arguments: readonly string[];

  private constructor(
    executable: string,
    model: StandInModel,
    folder: string,
    args: readonly string[],
  ) {
    this.#executable = executable;
    this.#model = model;
    this.#folder = folder;
    this.#arguments = args;
  }

  static async begin(executable: string): Promise<OneShotAider> {
    const model = await startStandInModel();
    const folder = await mkdtemp(join(tmpdir(), "cluster-bench-"));
    const common = modelArguments(model, await model.writeAiderSettings(folder));
    return new OneShotAider(executable, model, folder, oneShotArguments(model.model, common));
  }

  /** From its start to its end; `readyMs` is the moment at which the model hears of it. */
  async measure(): Promise<Reading> {
    const model = this.#model;
    await using repository = await sampleRepository({ files: 1 });
    model.clearCalls();
    const began = Date.now();
    const { wallSeconds, cpuSeconds } = await timedCommand({
      file: this.#executable,
      args: [...this.#arguments, ...repository.files],
      cwd: repository.path,
      env: {
        HOME: this.#folder,
        OPENAI_API_KEY: model.apiKey,
        LITELLM_LOCAL_MODEL_COST_MAP: "True",
      },
    });
    if (!(await repository.git("show", "HEAD")).includes("DOC_ID")) {
      throw new Error("One-shot aider has not committed its edit.");
    }
    return {
      wallMs: wallSeconds * 1_000,
      cpuMs: cpuSeconds * 1_000,
      readyMs: (model.calls[0]?.receivedAt ?? Number.NaN) - began,
    };
  }

  async end(): Promise<void> {
    await this.#model.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

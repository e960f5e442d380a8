import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type AgentResult,
  type AgentTask,
  createPool,
  type Pool,
  type PoolOptions,
  type RunOptions,
  type TurnEvent,
} from "@cluster/pool";
import {
  gitEnvironment,
  leftoverProcesses,
  type SampleRepository,
  type StandInModel,
  sampleRepository,
  startStandInModel,
  TEST_MARKER,
  temporaryFolder,
} from "@cluster/testkit";
import { type AiderOptions, aiderAdapter } from "../../src/index.ts";
import { realAider } from "./aider.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

type FolderOf = (instance: number) => Promise<string>;

interface FixtureOptions {
  readonly files?: Files;
  readonly aider?: AiderOptions;
  /** A process for each turn. @default false */
  readonly oneShot?: boolean;
  readonly pool?: Partial<PoolOptions<AgentTask, AgentResult>>;
  /** The folder of the instance. @default the repository */
  readonly cwd?: (repository: SampleRepository) => Promise<string | FolderOf>;
}

/** What a turn was like. */
export interface Told {
  readonly events: readonly TurnEvent[];
  /** What it was rejected with, if it was. */
  readonly error: unknown;
  readonly result: AgentResult | null;
}

/** One real aider in a pool, on a repository of its own, with a model of its own. */
export interface Fixture extends AsyncDisposable {
  readonly model: StandInModel;
  readonly repository: SampleRepository;
  readonly pool: Pool<AgentTask, AgentResult>;
  /** A turn to its end, with all its events; never rejects. The model's log holds only its calls. */
  tell(task: AgentTask, options?: RunOptions): Promise<Told>;
  /** What git sees changed, one `XY path` each. */
  changes(): Promise<readonly string[]>;
  /** What aider has left in the folder for temporary files. */
  temporaryFiles(): Promise<readonly string[]>;
  /** Processes of this fixture that live. */
  processes(): readonly unknown[];
}

export async function aiderFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const { executable } = await realAider();
  const stack = new AsyncDisposableStack();
  const model = stack.use(await startStandInModel());
  const repository = stack.use(
    await sampleRepository(options.files === undefined ? {} : { files: options.files }),
  );
  const settings = stack.use(await temporaryFolder());
  const home = stack.use(await temporaryFolder());
  const temporary = stack.use(await temporaryFolder());
  const { modelSettingsFile, modelMetadataFile } = await model.writeAiderSettings(settings.path);
  const marker = randomUUID();
  const warm = aiderAdapter({
    executable,
    model: model.model,
    ...options.aider,
    extraArguments: [
      "--model-settings-file",
      modelSettingsFile,
      "--model-metadata-file",
      modelMetadataFile,
      ...(options.aider?.extraArguments ?? []),
    ],
    environment: {
      ...gitEnvironment,
      HOME: home.path,
      TMPDIR: temporary.path,
      OPENAI_API_BASE: model.baseUrl,
      OPENAI_API_KEY: model.apiKey,
      [TEST_MARKER]: marker,
      ...options.aider?.environment,
    },
  });
  const adapter = options.oneShot === true ? (warm.oneShot?.() ?? warm) : warm;
  const pool = createPool<AgentTask, AgentResult>({
    adapter,
    cwd: (await options.cwd?.(repository)) ?? repository.path,
    afterTurn: "reset",
    startTimeoutMs: 120_000,
    ...options.pool,
  });
  stack.defer(() => pool.shutdown());
  return {
    model,
    repository,
    pool,
    async tell(task, runOptions) {
      model.clearCalls();
      const turn = pool.run(task, runOptions);
      turn.catch(() => {});
      const events: TurnEvent[] = [];
      try {
        for await (const event of turn) events.push(event);
        return { events, error: null, result: await turn };
      } catch (error) {
        return { events, error, result: null };
      }
    },
    async changes() {
      const text = await repository.git("status", "--porcelain", "-z", "--untracked-files=all");
      return text.split("\0").filter((line) => line !== "");
    },
    async temporaryFiles() {
      const names = await readdir(temporary.path);
      return names.map((name) => join(temporary.path, name));
    },
    processes: () => leftoverProcesses(marker),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

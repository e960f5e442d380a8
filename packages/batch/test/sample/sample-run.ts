import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import {
  type AgentResult,
  type AgentTask,
  inheritedEnvironment,
  jsonLinesProtocol,
  openRepository,
  type Run,
  type RunEvent,
  type RunOptions,
  type RunReport,
  startRun,
  type TaskInput,
  type ToolAdapter,
} from "@cluster/batch";
import {
  leftoverProcesses,
  type SampleRepository,
  type SampleRepositoryOptions,
  sampleAgent,
  sampleRepository,
  TEST_MARKER,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";

/** A sample repository with everything that a run on it needs and leaves. */
export interface Bench extends AsyncDisposable {
  readonly repository: SampleRepository;
  /** Where its worktrees go. */
  readonly worktrees: string;
  readonly tool: ToolAdapter<AgentTask, AgentResult>;
  /** Starts a run on it. */
  start(tasks: readonly TaskInput[], options?: Partial<RunOptions>): Promise<Run>;
  /** Starts a run, waits for its end, and gives what happened. */
  run(
    tasks: readonly TaskInput[],
    options?: Partial<RunOptions>,
  ): Promise<{ readonly report: RunReport; readonly events: readonly RunEvent[] }>;
  /** The turns that agents were told to log, by `[fake:log]`, in the order of what happened. */
  agentLog(): Promise<readonly LoggedTurn[]>;
  /** What a run must not leave: processes, worktrees, locks. Waits a little for processes to go. */
  leftovers(): Promise<string[]>;
}

/** One line of the agents' own log. */
export interface LoggedTurn {
  readonly what: "begun" | "answered" | "failed";
  readonly files: readonly string[];
  readonly model: string | null;
  readonly message: string;
}

/** How to make a {@link Bench}. */
export interface BenchOptions extends SampleRepositoryOptions {
  /** Changes the tool. */
  readonly adapt?: (
    tool: ToolAdapter<AgentTask, AgentResult>,
  ) => ToolAdapter<AgentTask, AgentResult>;
  /** Where worktrees go. @default a temporary folder */
  readonly worktrees?: string;
}

/** The sample agent of the testkit as a tool. */
export function sampleTool(
  env: Readonly<Record<string, string>>,
): ToolAdapter<AgentTask, AgentResult> {
  return {
    name: "sample-agent",
    command: () => ({ ...sampleAgent(), env: inheritedEnvironment(env) }),
    connect: jsonLinesProtocol<AgentTask, AgentResult>({
      cancel: (id) => ({ id, cancel: id }),
      reset: (id) => ({ id, request: { reset: true } }),
    }),
  };
}

export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const repository = await sampleRepository(options);
  const folder = await temporaryFolder();
  const worktrees = options.worktrees ?? `${folder.path}/worktrees`;
  const marker = randomUUID();
  const plain = sampleTool({ [TEST_MARKER]: marker, SAMPLE_AGENT_STATE: folder.path });
  const tool = options.adapt?.(plain) ?? plain;
  const start = async (
    tasks: readonly TaskInput[],
    more: Partial<RunOptions> = {},
  ): Promise<Run> => {
    const opened = await openRepository(repository.path, { directory: worktrees });
    return startRun({
      repository: opened,
      store: null,
      tasks,
      tool,
      workers: 2,
      retryDelayMs: 10,
      ...more,
    });
  };
  return {
    repository,
    worktrees,
    tool,
    start,
    async run(tasks, more) {
      await using run = await start(tasks, more);
      const events: RunEvent[] = [];
      run.subscribe((event) => events.push(event));
      return { report: await run.finished, events };
    },
    async agentLog() {
      const text = await readFile(`${folder.path}/turns.jsonl`, "utf8");
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as LoggedTurn);
    },
    async leftovers() {
      const locks = async (): Promise<readonly string[]> => {
        const gitFiles = await readdir(`${repository.path}/.git`, { recursive: true });
        return gitFiles.filter((name) => name.endsWith(".lock"));
      };
      const isClean = async (): Promise<boolean> =>
        leftoverProcesses(marker).length === 0 && (await locks()).length === 0;
      await waitFor(isClean, { what: "processes and locks to go" }).catch(() => {});
      const listed = await repository.git("worktree", "list", "--porcelain");
      const worktreeLines = listed.split("\n").filter((line) => line.startsWith("worktree "));
      return [
        ...leftoverProcesses(marker).map(({ pid, command }) => `process ${pid} ${command}`),
        ...worktreeLines.slice(1),
        ...(await locks()),
      ];
    },
    async [Symbol.asyncDispose]() {
      await repository[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** One task for each file. */
export function tasksFor(files: readonly string[], prompt: string): TaskInput[] {
  return files.map((file) => ({ prompt, files: [file] }));
}

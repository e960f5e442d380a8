import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type AgentResult,
  type AgentTask,
  LocalRunStore,
  openFolder,
  type Run,
  type RunOptions,
  type RunReport,
  startRun,
  type TaskInput,
  type ToolAdapter,
} from "@cluster/batch";
import { leftoverProcesses, TEST_MARKER, temporaryFolder, waitFor } from "@cluster/testkit";
import { sampleTool } from "../sample/sample-run.ts";

/** A folder without git, and what runs in place on it need. */
export interface PlainBench extends AsyncDisposable {
  readonly path: string;
  readonly locks: string;
  readonly store: LocalRunStore;
  readonly tool: ToolAdapter<AgentTask, AgentResult>;
  read(file: string): Promise<string>;
  start(tasks: readonly TaskInput[], options?: Partial<RunOptions>): Promise<Run>;
  run(tasks: readonly TaskInput[], options?: Partial<RunOptions>): Promise<RunReport>;
  /** Processes that a run must not leave. Waits a little for them to go. */
  leftovers(): Promise<readonly string[]>;
}

/** Makes files in a new folder. */
export async function plainBench(files: Readonly<Record<string, string>>): Promise<PlainBench> {
  const folder = await temporaryFolder();
  const [path, locks] = [join(folder.path, "files"), join(folder.path, "locks")];
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  const marker = randomUUID();
  const tool = sampleTool({ [TEST_MARKER]: marker, SAMPLE_AGENT_STATE: folder.path });
  const store = new LocalRunStore({ folder: join(folder.path, "store") });
  const start = async (
    tasks: readonly TaskInput[],
    more: Partial<RunOptions> = {},
  ): Promise<Run> => {
    const repository = await openFolder(path, { directory: locks });
    return startRun({ repository, store, tasks, tool, workers: 3, retryDelayMs: 10, ...more });
  };
  return {
    path,
    locks,
    store,
    tool,
    read: (file) => readFile(join(path, file), "utf8"),
    start,
    async run(tasks, more) {
      await using run = await start(tasks, more);
      return await run.finished;
    },
    async leftovers() {
      await waitFor(() => leftoverProcesses(marker).length === 0, {
        what: "processes to go",
      }).catch(() => {});
      const names = await readdir(path, { recursive: true });
      return [
        ...leftoverProcesses(marker).map(({ command }) => command),
        ...names.filter((name) => name.startsWith(".")),
      ];
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Pages `a.md` and on. */
export function pages(count: number): Record<string, string> {
  const names = Array.from({ length: count }, (_, at) => `page-${at + 1}.md`);
  return Object.fromEntries(names.map((name) => [name, `# ${name}\n`]));
}

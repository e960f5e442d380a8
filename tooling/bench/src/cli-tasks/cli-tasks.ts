import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  isolatedGitEnvironment,
  pythonInterpreter,
  type SampleRepository,
  sampleRepository,
  type TemporaryFolder,
  temporaryFolder,
} from "@cluster/testkit";
import { type Command, timedCommand } from "../measure/timed-command.ts";
import type { Benchmark, Reading, Round, Way } from "../runner/benchmark.ts";

const WORKERS = 5;
const TASKS = { full: 1_000, tiny: 10 };

const IN_PLACE = `cluster run --in-place, ${WORKERS} warm Python workers`;
const WORKTREES = `cluster run in worktrees of git, ${WORKERS} warm Python workers`;
const XARGS = `xargs -P${WORKERS}, a Python for each`;
const PARALLEL = `GNU parallel -j${WORKERS}, a Python for each`;

const WORKER = fileURLToPath(new URL("worker.py", import.meta.url));
const CONFIG = fileURLToPath(new URL("tool.mjs", import.meta.url));

const ratio = (other: string) => (round: Round) =>
  (round[other]?.seconds ?? Number.NaN) / (round[IN_PLACE]?.seconds ?? Number.NaN);

/** Many trivial tasks as whole commands, against what people type instead. */
export const cliTasks: Benchmark = {
  name: "cli-tasks",
  title: "1,000 trivial tasks through the command line",
  about:
    "Each task is one request that a Python program answers at once, and which edits nothing. Whole " +
    "commands from their start to their end, as a user types them: cluster from its sources, with a list " +
    "of tasks, journal, transcripts, events and report; the journal survives kill -9 of any process, and " +
    "with the default that is measured not a loss of power. For each task the file is looked at before " +
    "and after the turn. The others start the same Python program for each task, and keep nothing. CPU is " +
    "of everything that was started.",
  quantities: {
    seconds: { label: "s", digits: 2 },
    cpuSeconds: { label: "CPU, s", digits: 2 },
  },
  claims: [
    {
      what: "cluster run, against xargs that starts Python for each task",
      unit: "times as fast",
      digits: 2,
      bar: { atLeast: 1 },
      of: ratio(XARGS),
    },
    {
      what: "cluster run, against GNU parallel that starts Python for each task",
      unit: "times as fast",
      digits: 2,
      bar: { atLeast: 1 },
      of: ratio(PARALLEL),
    },
  ],
  onlyByName: true,
  async prepare(scale) {
    const count = TASKS[scale];
    const files = Array.from({ length: count }, (_, index) => `text-${index + 1}.txt`);
    const contents = Object.fromEntries(files.map((file) => [file, `What ${file} says.\n`]));
    const repository = await sampleRepository({ files: contents });
    const folder = await temporaryFolder();
    const plain = join(folder.path, "plain");
    await mkdir(plain);
    for (const [file, text] of Object.entries(contents)) await writeFile(join(plain, file), text);
    return {
      ways: waysOf({ files, repository, folder, plain }),
      async [Symbol.asyncDispose]() {
        await repository[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
};

interface Place {
  readonly files: readonly string[];
  readonly repository: SampleRepository;
  readonly folder: TemporaryFolder;
  /** The same files, without git. */
  readonly plain: string;
}

function waysOf(place: Place): readonly Way[] {
  const { files, repository, folder, plain } = place;
  const list = join(folder.path, "tasks.jsonl");
  const requests = join(folder.path, "requests");
  const messages = files.map((file) => `Say something of ${file}`);
  const run =
    (cwd: string, ...flags: readonly string[]) =>
    async (): Promise<Reading> => {
      const home = join(folder.path, "home");
      await rm(home, { recursive: true, force: true });
      await mkdir(home);
      const rows = files.map((file, at) => JSON.stringify({ prompt: messages[at], files: [file] }));
      await writeFile(list, `${rows.join("\n")}\n`);
      const command = ["run", "--tasks", list, "--config", CONFIG, "-w", String(WORKERS), "--json"];
      const { stdout, ...cost } = await timedCommand({
        file: process.execPath,
        args: ["--conditions=@cluster/source", MAIN, ...command, "--quiet", ...flags],
        cwd,
        env: { ...environment(home), BENCH_PYTHON: pythonInterpreter() },
      });
      const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
      if (counts["no-change"] !== files.length)
        throw new Error(`Ended with ${JSON.stringify(counts)}.`);
      return { seconds: cost.wallSeconds, cpuSeconds: cost.cpuSeconds };
    };
  const each =
    (file: string, ...args: readonly string[]) =>
    async (): Promise<Reading> => {
      const lines = messages.map((message) => JSON.stringify({ message }));
      await writeFile(requests, `${lines.join("\0")}\0`);
      const command: Command = {
        file,
        args: [...args, pythonInterpreter(), WORKER],
        cwd: plain,
        env: environment(folder.path),
      };
      const { stdout, wallSeconds, cpuSeconds } = await timedCommand(
        file === "xargs"
          ? { ...command, args: ["-a", requests, ...command.args] }
          : { ...command, args: [...command.args, "{}", "::::", requests] },
      );
      // Programs that write into one pipe at once do not always end their own lines.
      const answers = stdout.match(/"reply"/g)?.length;
      if (answers !== files.length) throw new Error(`${file} gave ${answers} answers.`);
      return { seconds: wallSeconds, cpuSeconds };
    };
  return [
    { name: IN_PLACE, measure: run(plain, "--in-place") },
    { name: WORKTREES, measure: run(repository.path) },
    { name: XARGS, measure: each("xargs", "-0", `-P${WORKERS}`, "-n1") },
    { name: PARALLEL, measure: each("parallel", "-0", `-j${WORKERS}`, "--quote") },
  ];
}

const MAIN = fileURLToPath(import.meta.resolve("@cluster/cli/main"));

function environment(home: string): Record<string, string> {
  return {
    ...isolatedGitEnvironment(),
    HOME: home,
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CONFIG_HOME: join(home, "config"),
    CLUSTER_STATE: join(home, "state/cluster"),
  };
}

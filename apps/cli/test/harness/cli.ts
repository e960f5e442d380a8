import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  isolatedGitEnvironment,
  leftoverProcesses,
  TEST_MARKER,
  type TemporaryFolder,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";

/** The source of the executable. */
export const MAIN: string = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** The configuration that has the sample agent as a tool. */
export const SAMPLE_CONFIG: string = fileURLToPath(
  new URL("../fixtures/sample.config.ts", import.meta.url),
);

const COMPILED = fileURLToPath(
  new URL("../../../../node_modules/.cache/cluster-tests", import.meta.url),
);

/** What a test leaves running has failed, and must not outlive it. */
const DEADLINE_MS = 120_000;

/** How the command is run. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Before the script: options of Node. */
  readonly nodeOptions?: readonly string[];
}

/** What a command printed, and how it ended. */
export interface CliResult {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on, to be watched and signalled. */
export interface RunningCli {
  /** What it has printed on stderr until now. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
  /** What `| head` does when it has read enough. */
  closeStdout(): void;
  readonly ended: Promise<CliResult>;
}

/** The real executable in a home of its own, so that nothing of the user's counts. */
export interface Cli extends AsyncDisposable {
  /** The folder that stands for the user's home. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Starts it and leaves it running, to be signalled. */
  start(args: readonly string[], options?: CliOptions): RunningCli;
  /** Resolves when no process that it started is left; rejects with their names. */
  nothingLeft(): Promise<void>;
}

/** Prepares a home for the command. */
export async function createCli(): Promise<Cli> {
  const folder: TemporaryFolder = await temporaryFolder();
  const marker = randomUUID();
  const home = join(folder.path, "home");
  await mkdir(home);
  const env = {
    ...isolatedGitEnvironment(),
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_STATE_HOME: join(home, ".local/state"),
    [TEST_MARKER]: marker,
    // One for all: each home has a cache of its own, in which nothing is compiled yet.
    NODE_COMPILE_CACHE: COMPILED,
  };
  const start = (args: readonly string[], given: CliOptions = {}): RunningCli =>
    launch([...(given.nodeOptions ?? []), "--conditions=@cluster/source", MAIN, ...args], {
      cwd: given.cwd ?? folder.path,
      env: { ...env, ...given.env },
      input: given.input,
    });
  return {
    home,
    env,
    start,
    run: (args, given) => start(args, given).ended,
    async nothingLeft() {
      await waitFor(
        () => {
          const left = leftoverProcesses(marker);
          if (left.length > 0) throw new Error(left.map(({ command }) => command).join("\n"));
          return true;
        },
        { what: "the end of all processes" },
      );
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function launch(
  args: readonly string[],
  { cwd, env, input }: { cwd: string; env: Record<string, string>; input: string | undefined },
): RunningCli {
  const child = spawn(process.execPath, args, { cwd, env, timeout: DEADLINE_MS });
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
    });
  }
  child.stdin.on("error", () => {}).end(input ?? "");
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, ...printed }));
  });
  return {
    said: () => printed.stderr,
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
    ended,
  };
}

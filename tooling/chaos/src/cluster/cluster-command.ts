import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isolatedGitEnvironment, temporaryFolder } from "@cluster/testkit";
import { type LivingProcess, processesWith } from "../process/process-tree.ts";

/** How a command ended, and what it said. */
export interface CommandEnd {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `cluster` that runs, as the leader of a process group of its own. */
export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<CommandEnd>;
}

/** The command in a home of its own: state, cache and configuration are nobody's but this one's. */
export interface ClusterHome extends AsyncDisposable {
  readonly path: string;
  /** Where runs are kept. */
  readonly state: string;
  /** Where worktrees are made. */
  readonly cache: string;
  /** `cluster` itself. */
  start(args: readonly string[], options: CommandOptions): RunningCommand;
  /** Another program of Node. */
  program(file: string, args: readonly string[], options: CommandOptions): RunningCommand;
  /** All that was started here and has not ended. */
  processes(): readonly LivingProcess[];
}

/** Where a command works, and what else is in its environment. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const MAIN = fileURLToPath(import.meta.resolve("@cluster/cli/main"));

/** Makes an empty home. */
export async function clusterHome(): Promise<ClusterHome> {
  const folder = await temporaryFolder("cluster-chaos-");
  const state = join(folder.path, "state");
  const cache = join(folder.path, "cache");
  await Promise.all([state, cache].map((path) => mkdir(path)));
  const environment = {
    ...isolatedGitEnvironment(),
    HOME: folder.path,
    XDG_CONFIG_HOME: join(folder.path, "config"),
    XDG_CACHE_HOME: cache,
    XDG_DATA_HOME: join(folder.path, "data"),
    XDG_STATE_HOME: state,
    CLUSTER_STATE: join(state, "cluster"),
    // Each session is a start of its own: what one has compiled the next need not.
    NODE_COMPILE_CACHE: join(tmpdir(), `cluster-chaos-compiled-${userInfo().username}`),
  };
  const program: ClusterHome["program"] = (file, args, { cwd, env }) =>
    launch([file, ...args], cwd, { ...environment, ...env });
  return {
    path: folder.path,
    state,
    cache,
    program,
    start: (args, options) => program(MAIN, args, options),
    processes: () => processesWith("HOME", folder.path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function launch(args: readonly string[], cwd: string, env: Record<string, string>): RunningCommand {
  const child = spawn(process.execPath, ["--conditions=@cluster/source", ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, ...said }));
  });
  return { pid: child.pid as number, ended };
}

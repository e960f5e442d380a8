import { hash } from "node:crypto";
import { isAbsolute, resolve } from "node:path";
import {
  childProcessHost,
  PoolError,
  type ProcessHost,
  type ProcessSpec,
  type ToolProcess,
} from "@cluster/pool";
import { compileOptions } from "./compile-options.ts";
import { PythonFailure, startError } from "./errors/start-errors.ts";
import type { CompiledOptions, PythonHostOptions } from "./options.ts";
import { startOrdinary } from "./ordinary/start-ordinary.ts";
import { Reception } from "./reception/reception.ts";
import type { ForkServerState } from "./server/fork-server.ts";
import type { ForkedStart } from "./server/forked-process.ts";
import { ServerKeeper } from "./server/server-keeper.ts";
import { type ServerSpec, UnableToFork } from "./server/server-process.ts";
import { validateSpec } from "./validate-spec.ts";

/** After so long without use a fork server ends as soon as another one is in use. */
const IDLE_MS = 30_000;

/** One fork server, as it is at this moment. */
export interface PythonServerStatus {
  readonly pid: number;
  /** The interpreter that it was started with. */
  readonly file: string;
  /** `leaving`: its files have changed, and it ends with the last of its processes. */
  readonly state: ForkServerState;
  /** Processes that were started and have not ended. */
  readonly processes: number;
  /** Processes that wait for their start. */
  readonly spares: number;
}

/** A {@link ProcessHost} for Python programs. */
export interface PythonHost extends ProcessHost {
  /**
   * Brings up the fork server for an interpreter and an environment, so that the first start need not
   * wait for it. Nothing where there is none.
   * @throws {ProcessStartError} when it does not come up.
   */
  prepare(spec: Pick<ProcessSpec, "file" | "env">, signal?: AbortSignal): Promise<void>;
  /** The fork servers that live; none in mode `"process"`. */
  status(): readonly PythonServerStatus[];
}

/**
 * A host for programs in Python that are slow to import and quick to run. A start takes the file of its
 * spec for the interpreter, and its `args` for `sys.argv[1:]`.
 *
 * @throws {PoolError} OPTION_INVALID
 */
export function pythonHost(options: PythonHostOptions): PythonHost {
  return new Host(compileOptions(options));
}

class Host implements PythonHost {
  readonly #options: CompiledOptions;
  readonly #ordinary = childProcessHost();
  readonly #keepers = new Map<string, ServerKeeper>();
  /** Interpreters and environments that cannot fork. */
  readonly #unable = new Set<string>();
  readonly #files = new WeakMap<ServerKeeper, string>();
  /** Ordinary processes that live. */
  readonly #processes = new Set<ToolProcess>();
  /** Ordinary processes that come up. */
  readonly #starts = new Set<Promise<ToolProcess>>();
  /** Aborted by the dispose. */
  readonly #end = new AbortController();
  #reception: Promise<Reception> | null = null;
  #disposed = false;

  constructor(options: CompiledOptions) {
    this.#options = options;
  }

  async start(spec: ProcessSpec, signal: AbortSignal): Promise<ToolProcess> {
    signal.throwIfAborted();
    const what = `${this.#options.entry} with ${spec.file}`;
    try {
      validateSpec(spec);
      const reception = await this.#open();
      if (this.#disposed) throw disposed();
      const server = this.#serverSpec(spec);
      const key = keyOf(server);
      if (!this.#forks(key)) return await this.#startOrdinary(spec, signal, reception);
      const keeper = this.#keeper(key, server, reception);
      try {
        return await keeper.start(this.#forkedStart(spec), signal);
      } catch (error) {
        if (!this.#fallBack(error, key)) throw error;
        return await this.#startOrdinary(spec, signal, reception);
      }
    } catch (error) {
      signal.throwIfAborted();
      // What became of it then is no failure of Python.
      if (this.#disposed) throw disposed();
      throw error instanceof PythonFailure ? startError(what, error) : error;
    }
  }

  async prepare(spec: Pick<ProcessSpec, "file" | "env">, signal?: AbortSignal): Promise<void> {
    const reception = await this.#open();
    if (this.#disposed) throw disposed();
    const server = this.#serverSpec({ ...spec, cwd: process.cwd() });
    const key = keyOf(server);
    if (!this.#forks(key)) return;
    try {
      const never = new AbortController().signal;
      await this.#keeper(key, server, reception).prepare(signal ?? never);
    } catch (error) {
      signal?.throwIfAborted();
      if (this.#disposed) throw disposed();
      if (this.#fallBack(error, key)) return;
      const what = `${this.#options.entry} with ${spec.file}`;
      throw error instanceof PythonFailure ? startError(what, error) : error;
    }
  }

  status(): readonly PythonServerStatus[] {
    return [...this.#keepers.values()].flatMap((keeper) =>
      keeper.servers.map(({ pid, state, processes, spares }) => {
        return { pid, file: this.#files.get(keeper) ?? "", state, processes, spares };
      }),
    );
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#end.abort(disposed());
    await Promise.allSettled(this.#starts);
    for (const process of this.#processes) process.kill("SIGKILL", "group");
    await Promise.all([
      ...[...this.#keepers.values()].map((keeper) => keeper.stop()),
      ...[...this.#processes].map(({ exited }) => exited),
    ]);
    this.#keepers.clear();
    await (await this.#reception)?.close();
  }

  #open(): Promise<Reception> {
    if (this.#disposed) throw disposed();
    this.#reception ??= Reception.open();
    return this.#reception;
  }

  async #startOrdinary(
    spec: ProcessSpec,
    signal: AbortSignal,
    reception: Reception,
  ): Promise<ToolProcess> {
    const host = this.#ordinary;
    const either = AbortSignal.any([signal, this.#end.signal]);
    const starting = startOrdinary(spec, either, this.#options, reception, host);
    this.#starts.add(starting);
    const process = await starting.finally(() => this.#starts.delete(starting));
    this.#processes.add(process);
    void process.exited.then(() => this.#processes.delete(process));
    return process;
  }

  #forks(key: string): boolean {
    const { mode } = this.#options;
    return mode !== "process" && process.platform === "linux" && !this.#unable.has(key);
  }

  #keeper(key: string, server: ServerSpec, reception: Reception): ServerKeeper {
    for (const [other, keeper] of this.#keepers) {
      if (other === key || keeper.idleMs < IDLE_MS) continue;
      this.#keepers.delete(other);
      void keeper.stop();
    }
    const known = this.#keepers.get(key);
    if (known !== undefined) return known;
    const keeper = new ServerKeeper(server, this.#options, reception);
    this.#keepers.set(key, keeper);
    this.#files.set(keeper, server.file);
    return keeper;
  }

  /** Whether it is ordinary processes from now on. */
  #fallBack(error: unknown, key: string): boolean {
    if (!(error instanceof UnableToFork)) return false;
    if (this.#options.mode === "fork") throw new PythonFailure(`${error.message}.`, undefined);
    if (!this.#unable.has(key)) {
      this.#options.onWarning(`${error.message} Ordinary processes are started instead.`);
    }
    this.#unable.add(key);
    this.#keepers.delete(key);
    return true;
  }

  #forkedStart({ args, cwd, env }: ProcessSpec): ForkedStart {
    const late: Record<string, string> = {};
    for (const name of this.#options.lateEnvironment) {
      const value = env[name];
      // As a start of an ordinary process passes it on: no half of a surrogate pair.
      if (value !== undefined) late[name] = value.toWellFormed();
    }
    return {
      args: args.map((argument) => argument.toWellFormed()),
      cwd: cwd.toWellFormed(),
      late,
    };
  }

  #serverSpec({ file, cwd, env }: Pick<ProcessSpec, "file" | "cwd" | "env">): ServerSpec {
    const { lateEnvironment } = this.#options;
    // A server lives in the root folder.
    const path = file.includes("/") && !isAbsolute(file) ? resolve(cwd, file) : file;
    const early = Object.entries(env).filter(([name]) => !lateEnvironment.has(name));
    return { file: path, env: Object.fromEntries(early.sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}

function disposed(): PoolError {
  return new PoolError("POOL_CLOSED", "This Python host was disposed of.");
}

/** Servers differ by what their imports may have seen. A hash, since there may be keys among it. */
function keyOf({ file, env }: ServerSpec): string {
  return hash("sha256", JSON.stringify([file, env]));
}

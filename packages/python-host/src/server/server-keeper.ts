import { setTimeout as delay } from "node:timers/promises";
import { abortable, type ToolProcess } from "@cluster/pool";
import { PythonFailure, unlaunched } from "../errors/start-errors.ts";
import type { CompiledOptions } from "../options.ts";
import type { Reception } from "../reception/reception.ts";
import { ForkServer } from "./fork-server.ts";
import type { ForkedStart } from "./forked-process.ts";
import { RestartBudget } from "./restart-budget.ts";
import { type ServerReport, type ServerSpec, UnableToFork } from "./server-process.ts";

/** Looking for changed files costs a round trip, and some work of the server. */
const CHECK_EVERY_MS = 1_000;
/** An upgrade takes a while, and half of a package may not be importable. */
const UPGRADE_MS = 15_000;
const UPGRADE_RETRY_MS = 500;

/**
 * Keeps a fork server for one interpreter and environment: starts it when it is needed, replaces it when
 * it has failed, within the restart budget, or when its files have changed.
 */
export class ServerKeeper {
  readonly #spec: ServerSpec;
  readonly #options: CompiledOptions;
  readonly #reception: Reception;
  readonly #budget: RestartBudget;
  /** Those that have not ended; the last one takes the starts, if it can. */
  readonly #servers: ForkServer[] = [];
  #coming: Promise<ForkServer> | null = null;
  #checkedAt = 0;
  #checking: Promise<void> | null = null;
  /** When files were last found to have changed. */
  #changedAt = Number.NEGATIVE_INFINITY;
  /** How the last server failed. */
  #failure = "";
  #usedAt = performance.now();
  readonly #stop = new AbortController();

  constructor(spec: ServerSpec, options: CompiledOptions, reception: Reception) {
    this.#spec = spec;
    this.#options = options;
    this.#reception = reception;
    this.#budget = new RestartBudget(options.restart);
  }

  get servers(): readonly ForkServer[] {
    return this.#servers.filter(({ state }) => state !== "ended");
  }

  /** Milliseconds since it was of use; 0 while it is. */
  get idleMs(): number {
    const busy = this.#coming !== null || this.#servers.some(({ processes }) => processes > 0);
    return busy ? 0 : performance.now() - this.#usedAt;
  }

  /**
   * @throws {PythonFailure} when it cannot be started, or the server ends meanwhile.
   * @throws {UnableToFork} when this Python cannot be a fork server.
   */
  async start(spec: ForkedStart, signal: AbortSignal): Promise<ToolProcess> {
    const server = await this.prepare(signal);
    this.#usedAt = performance.now();
    return server.start(spec, signal);
  }

  /** Resolves when there is a server that takes starts. */
  prepare(signal: AbortSignal): Promise<ForkServer> {
    // Now, not when it is there: a start for another one that comes meanwhile ends those that are idle.
    this.#usedAt = performance.now();
    return abortable(signal, () => this.#present());
  }

  /** Ends all servers and their processes. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.#coming?.catch(() => {});
  }

  async #present(): Promise<ForkServer> {
    const current = this.#servers.at(-1);
    if (current?.state === "ready") {
      await this.#check(current);
      if (current.state === "ready") return current;
    }
    this.#coming ??= this.#bringUpInTime().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #bringUpInTime(): Promise<ForkServer> {
    for (;;) {
      try {
        return await this.#bringUp();
      } catch (error) {
        const upgrading = performance.now() - this.#changedAt < UPGRADE_MS;
        if (!(error instanceof PythonFailure) || !upgrading) throw error;
        await delay(UPGRADE_RETRY_MS, undefined, { signal: this.#stop.signal });
      }
    }
  }

  async #bringUp(): Promise<ForkServer> {
    await this.#waitForBudget();
    const server = this.#launch();
    this.#servers.push(server);
    void server.lost.then(({ how, failed }) => {
      if (failed && server.wasReady) this.#failed(how);
    });
    void server.ended.then(() => this.#servers.splice(this.#servers.indexOf(server), 1));
    try {
      const report = await server.ready;
      this.#checkedAt = performance.now();
      this.#judge(report, server);
      return server;
    } catch (error) {
      // What another try would meet again is the caller's to mend, and no reason to wait.
      if (error instanceof PythonFailure && error.code === undefined) this.#failed(error.message);
      throw error;
    }
  }

  #launch(): ForkServer {
    try {
      return new ForkServer(this.#spec, this.#options, this.#reception);
    } catch (error) {
      throw unlaunched(error as Error);
    }
  }

  async #waitForBudget(): Promise<void> {
    const wait = this.#budget.wait();
    const { intensity, periodMs } = this.#options.restart;
    if (wait === null) {
      throw new PythonFailure(
        `its Python server has failed more than ${intensity} times within ${periodMs} ms, and is not ` +
          `started again before they are over. The last time: ${this.#failure}`,
        undefined,
      );
    }
    if (wait > 0) await delay(wait, undefined, { signal: this.#stop.signal });
    this.#stop.signal.throwIfAborted();
  }

  #failed(how: string): void {
    this.#failure = how;
    this.#budget.failed();
  }

  /** Leaves a server whose files have changed to the processes that it has. */
  async #check(server: ForkServer): Promise<void> {
    if (performance.now() - this.#checkedAt < CHECK_EVERY_MS) return this.#checking ?? undefined;
    this.#checkedAt = performance.now();
    this.#checking = server.check().then((changed) => {
      this.#checking = null;
      if (changed === null) return;
      this.#changedAt = performance.now();
      server.leave();
    });
    return this.#checking;
  }

  #judge({ threads, connections }: ServerReport, server: ForkServer): void {
    const { entry, mode, onWarning } = this.#options;
    if (connections.length > 0) {
      onWarning(
        `The imports or the warm-up of ${entry} leave connections open (${connections.join(", ")}), ` +
          "which all its processes would share. Close them at the end of the warm-up.",
      );
    }
    if (threads.length === 0) return;
    const what =
      `The imports or the warm-up of ${entry} leave threads running (${threads.join(", ")}), which do ` +
      "not survive a fork. End them at the end of the warm-up.";
    if (mode === "fork") {
      onWarning(`${what} It is forked nevertheless, as you have chosen.`);
      return;
    }
    void server.stop();
    throw new UnableToFork(what);
  }
}

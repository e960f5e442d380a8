import { randomUUID } from "node:crypto";
import {
  createPool,
  inheritedEnvironment,
  type Pool,
  type PoolError,
  type PoolEvent,
  type PoolOptions,
  type RunOptions,
  type ToolCommand,
  type Turn,
  type TurnEvent,
} from "@cluster/pool";
import {
  type Executable,
  isAlive,
  leftoverProcesses,
  TEST_MARKER,
  waitFor,
} from "@cluster/testkit";
import { expect, onTestFinished } from "vitest";
import { HandClock } from "../clock/hand-clock.ts";
import type { FaultHost } from "../host/fault-host.ts";
import type { Speech } from "./speech.ts";

/** How a fault is tried. */
export interface TrialOptions {
  /** More arguments for the fault tool. */
  readonly args?: readonly string[];
  /** Which instances have the fault, and in which of their processes. @default all */
  readonly when?: (slot: { readonly index: number; readonly generation: number }) => boolean;
  /** @default the host's */
  readonly speech?: Speech;
  /** Spoils the command itself, where the fault is not the tool's. */
  readonly spoil?: (command: Executable) => ToolCommand;
  readonly pool?: Omit<PoolOptions<string, string>, "adapter" | "clock">;
}

/** What a caller of a faulty turn must get. */
export interface ExpectedError {
  readonly class: abstract new (...args: never[]) => PoolError;
  readonly code: string;
  readonly message: RegExp;
}

/**
 * A pool of two instances of the fault tool, and what is to be shown of each fault: what its caller
 * gets, that the pool goes on serving, that no word of the faulty turn reaches another one, and, at
 * the end of the trial, that no process is left.
 */
export class Trial implements AsyncDisposable {
  readonly pool: Pool<string, string>;
  readonly clock: HandClock = new HandClock();
  readonly events: PoolEvent[] = [];
  readonly #marker: string = randomUUID();
  readonly #host: FaultHost;
  #words = 0;

  constructor(host: FaultHost, fault: string, options: TrialOptions = {}) {
    this.#host = host;
    const {
      args = [],
      when = () => true,
      speech = host.speech,
      spoil = (command) => command,
    } = options;
    const env = inheritedEnvironment({ [TEST_MARKER]: this.#marker });
    this.pool = createPool({
      size: 2,
      graceMs: 100,
      restart: { backoffMs: 1 },
      ...options.pool,
      clock: this.clock,
      adapter: {
        name: "fault-tool",
        host: host.create,
        command: (slot) => {
          const command = host.tool(when(slot) ? fault : "none", ...speech.args, ...args);
          return { ...(when(slot) ? spoil(command) : command), env };
        },
        connect: speech.connect,
      },
    });
    // Also where the test runs out of time.
    onTestFinished(() => this.pool.shutdown());
    this.pool.subscribe((event) => this.events.push(event));
  }

  /** The process of an instance, which has one. */
  pid(instance = 0): number {
    return this.pool.status().instances[instance]?.pid as number;
  }

  /** How many processes an instance has had. */
  generation(instance = 0): number {
    return this.pool.status().instances[instance]?.generation as number;
  }

  /** No process of the tool is there, whatever the host keeps for itself. */
  expectNoProcess(): void {
    if (!this.#host.keepsProcesses) expect(leftoverProcesses(this.#marker)).toEqual([]);
  }

  /** Sends the faulty request to instance 0, and resolves when the tool has said that it begins. */
  async begin(
    options: RunOptions = {},
    beginning: RegExp = /FAULTY [^\n]*\n/,
  ): Promise<{ readonly turn: Turn<string>; readonly pid: number; readonly said: string }> {
    // Time that is advanced must not expire the start of another instance.
    await this.pool.ready();
    const turn = this.pool.run("fault", { ...options, instance: 0 });
    // Whoever is told of the turn's failure by `expectFailure` comes later.
    turn.catch(() => {});
    let said = "";
    for await (const event of turn) {
      if (event.type === "text") said += event.text;
      if (beginning.test(said)) return { turn, pid: this.pid(), said };
    }
    throw new Error("The turn ended without a word of the tool.");
  }

  /** What a caller gets: its class, its code, its words. */
  async expectFailure(failing: PromiseLike<unknown>, expected: ExpectedError): Promise<PoolError> {
    const error = await rejection(failing);
    expect(error).toBeInstanceOf(expected.class);
    expect(error).toMatchObject({
      code: expected.code,
      message: expect.stringMatching(expected.message),
    });
    return error as PoolError;
  }

  /** A process is gone at this moment, not only soon. */
  expectGone(...pids: readonly number[]): void {
    expect(pids.filter(isAlive)).toEqual([]);
  }

  /** Each instance serves, and every word of each turn is that turn's own. */
  async expectService(): Promise<void> {
    for (const instance of [0, 1, 0]) {
      if (instance < this.pool.size) await this.expectAnswer(instance);
    }
  }

  /** One good turn on one instance. */
  async expectAnswer(instance: number): Promise<void> {
    this.#words += 1;
    const word = `word ${this.#words}`;
    const turn = this.pool.run(word, { instance });
    const heard: TurnEvent[] = [];
    for await (const event of turn) heard.push(event);
    expect(await turn).toBe(word);
    // Lines are told as they come, JSON results are not.
    const told = heard.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("");
    expect(["", word]).toContain(told.trimEnd());
    expect(JSON.stringify(heard)).not.toContain("FAULTY");
  }

  /** Resolves when a process of an instance has come to its end. */
  async ended(pid: number): Promise<void> {
    await waitFor(() => !isAlive(pid), { what: `the end of process ${pid}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.shutdown();
    // At once: the shutdown has waited for all of them.
    expect(leftoverProcesses(this.#marker)).toEqual([]);
  }
}

/** The error that a promise rejects with. */
async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, but it resolved.");
}

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessHost } from "../../contract/process-host.ts";
import type { ToolAdapter } from "../../contract/tool-adapter.ts";
import type { ToolConnection } from "../../contract/tool-connection.ts";
import { ownHost } from "../../host/owned-host.ts";
import type { PoolOptions } from "../../pool/options.ts";
import { createPool, type Pool } from "../../pool/pool.ts";
import {
  type CompiledConformance,
  type ConformanceOptions,
  compileConformance,
} from "../options.ts";
import type { Exchange, SamplePlace, Samples } from "../samples.ts";
import { notOffered } from "../verdict.ts";
import type { Cut } from "./cut.ts";
import type { Pause } from "./pause.ts";
import { type Seen, WatchedAdapter } from "./watched-adapter.ts";

/** A pool on the bench, and what is seen of its adapter. */
export interface Trial<Request, Result> {
  readonly pool: Pool<Request, Result>;
  readonly watched: WatchedAdapter<Request, Result>;
}

/** What a pool on the bench is made with, besides the adapter. */
export interface TrialOptions<Request, Result> extends Partial<PoolOptions<Request, Result>> {
  /** How stdout is cut into pieces. @default as it comes */
  readonly cut?: Cut;
  /** Where stdout can be made to pause. @default nowhere */
  readonly pause?: Pause;
  /** Instead of the adapter itself. */
  readonly other?: ToolAdapter<Request, Result>;
}

/**
 * Where an adapter is tried: one folder, one host, and a pool that promises share as long as none of
 * them was broken on it, since many tools take seconds to start.
 */
export class Bench<Request, Result> implements AsyncDisposable {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly samples: Samples<Request, Result>;
  readonly options: CompiledConformance<Request, Result>;
  readonly #own: Trial<Request, Result>[] = [];
  readonly #hosts = new Map<ToolAdapter<Request, Result>, ReturnType<typeof ownHost>>();
  #place: Promise<SamplePlace> | null = null;
  #shared: Trial<Request, Result> | null = null;
  #count = 0;

  constructor(
    adapter: ToolAdapter<Request, Result>,
    samples: Samples<Request, Result>,
    options: ConformanceOptions<Request, Result> = {},
  ) {
    this.adapter = adapter;
    this.samples = samples;
    this.options = compileConformance(options);
  }

  get oneShot(): boolean {
    return this.adapter.capabilities?.oneShot === true;
  }

  /** Where samples are made. */
  place(): Promise<SamplePlace> {
    this.#place ??= this.#makePlace();
    return this.#place;
  }

  /** A sample that is known to be there. */
  async sample<Value>(
    made: ((place: SamplePlace) => Value | Promise<Value>) | undefined,
  ): Promise<Value> {
    if (made === undefined) throw new Error("A promise that needs a sample does not say so.");
    return made(await this.place());
  }

  /** The next request that works, another one each time. */
  async nextExchange(): Promise<Exchange<Request, Result>> {
    this.#count += 1;
    return this.samples.works(this.#count, await this.place());
  }

  /** The pool that promises share: one instance. */
  async shared(): Promise<Trial<Request, Result>> {
    this.#shared ??= await this.#make({});
    await this.#shared.pool.ready();
    return this.#shared;
  }

  /** A pool of the promise's own, which is shut down after it. */
  async own(options: TrialOptions<Request, Result> = {}): Promise<Trial<Request, Result>> {
    const trial = await this.#make(options);
    this.#own.push(trial);
    return trial;
  }

  /**
   * What the adapter's connections can do.
   * @throws {NotTried} when they cannot
   */
  async offered<Name extends keyof ToolConnection<Request, Result>>(
    name: Name,
  ): Promise<Trial<Request, Result>> {
    if (this.oneShot) notOffered("a process of this tool lives for one turn");
    const trial = await this.shared();
    if (trial.watched.latest?.connection[name] === undefined) {
      notOffered(`its connections have no ${name}()`);
    }
    return trial;
  }

  /** The process and the connection of a pool with one instance. */
  current(trial: Trial<Request, Result>): Seen<Request, Result> {
    const { pid } = trial.pool.status().instances[0] ?? {};
    const found = trial.watched.seen.findLast(({ process }) => process.pid === pid);
    if (found === undefined) throw new Error("The pool has no process that was seen to start.");
    return found;
  }

  /** After each promise: ends what was its own, and the shared pool too when it may be unfit. */
  async tidy(wasKept: boolean): Promise<void> {
    const ended = this.#own.splice(0);
    if (!wasKept && this.#shared !== null) {
      ended.push(this.#shared);
      this.#shared = null;
    }
    await Promise.all(ended.map(({ pool }) => pool.shutdown()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tidy(false);
    await Promise.all([...this.#hosts.values()].map((host) => host.release()));
    this.#hosts.clear();
    if (this.options.cwd === null && this.#place !== null) {
      await rm((await this.#place).cwd, { recursive: true, force: true });
    }
  }

  async #makePlace(): Promise<SamplePlace> {
    const { cwd } = this.options;
    return { cwd: cwd ?? (await realpath(await mkdtemp(join(tmpdir(), "conformance-")))) };
  }

  async #make(options: TrialOptions<Request, Result>): Promise<Trial<Request, Result>> {
    const { cut = null, pause = null, other = this.adapter, ...rest } = options;
    const watched = new WatchedAdapter(other, this.#host(other), { cut, pause });
    const pool = createPool<Request, Result>({
      pingIntervalMs: Number.POSITIVE_INFINITY,
      turnTimeoutMs: this.options.turnTimeoutMs,
      restart: { intensity: 2, backoffMs: 1, maxBackoffMs: 50 },
      ...this.options.pool,
      ...rest,
      adapter: watched.adapter,
      cwd: (await this.place()).cwd,
    });
    return { pool, watched };
  }

  /** One for all pools: a fork server that each of them had to start would take most of the time. */
  #host(adapter: ToolAdapter<Request, Result>): ProcessHost {
    const owned = this.#hosts.get(adapter) ?? ownHost(adapter.host);
    this.#hosts.set(adapter, owned);
    return owned.host;
  }
}

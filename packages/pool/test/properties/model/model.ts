import type { QuickStart } from "@cluster/testkit";
import type { Pool, PoolEvent, PoolStatus } from "../../../src/index.ts";
import { type Configuration, RESTART_PERIOD_MS } from "./configuration.ts";
import { checkCounts, checkStates } from "./consistency.ts";
import { Counts } from "./counts.ts";
import { followInstance } from "./instance-events.ts";
import type { JumpClock } from "./jump-clock.ts";
import { KeyHomes } from "./key-homes.ts";
import { followProcess } from "./process-events.ts";
import type { InstanceModel, LeaseModel, OrderModel, RequestModel } from "./records.ts";
import { SpareShelf } from "./spares.ts";
import { followTurn } from "./turn-events.ts";

const TRACE = 400;
const MOST_INSTANCES = 6;

interface Birth {
  readonly how: QuickStart;
  readonly at: number;
}

/**
 * What should be, as plain data: fed by the commands and by the pool's events, never by a look into
 * it. Rules that hold at every moment are checked with every event and after every command.
 */
export class Model {
  readonly configuration: Configuration;
  readonly clock: JumpClock;
  readonly requests: RequestModel[] = [];
  readonly leases: LeaseModel[] = [];
  readonly orders: OrderModel[] = [];
  readonly homes: KeyHomes = new KeyHomes();
  readonly spares: SpareShelf = new SpareShelf();
  /** How and when each process was started, by its pid. */
  readonly births: Map<number, Birth> = new Map();
  /** Since when a sign of life is awaited of which processes. */
  readonly pinging: Map<number, number> = new Map();
  /** Processes that hang at their start, spares too. */
  readonly hanging: Set<number> = new Set();
  readonly counts: Counts = new Counts();
  readonly trace: string[] = [];
  instances: InstanceModel[] = [];
  state: PoolStatus["state"] = "open";
  /** What it comes to when no resize is under way. */
  size: number;
  /** Grows with each request and lease. */
  order = 0;
  /** Grows with each event and command. */
  step = 0;
  /** The first rule that was broken. */
  violation: string | null = null;
  /** The last step at which each instance could not become available by itself, or was not there. */
  readonly #hopelessAt = new Map<number, number>();
  #passBegan: number | null = null;
  #pool: Pool<string, string> | null = null;
  #forget: () => void = () => {};

  constructor(configuration: Configuration, clock: JumpClock) {
    this.configuration = configuration;
    this.clock = clock;
    this.size = configuration.size;
  }

  watch(pool: Pool<string, string>): void {
    this.#pool = pool;
    this.syncRoster();
    this.#forget = pool.subscribe((event) => {
      try {
        this.#follow(event);
      } catch (error) {
        this.fail(`the model itself: ${error instanceof Error ? error.stack : error}`);
      }
    });
  }

  /** Looks no more: what is done to the pool from now on is not its business. */
  close(): void {
    this.#forget();
  }

  status(): PoolStatus {
    return (this.#pool as Pool<string, string>).status();
  }

  /** Broken rules are told by the next check: an exception would be lost in a subscriber. */
  fail(what: string): void {
    this.note(`VIOLATION ${what}`);
    this.violation ??= what;
  }

  expect(holds: boolean, what: () => string): void {
    if (!holds) this.fail(what());
  }

  note(what: string): void {
    this.trace.push(`${this.clock.elapsed().toFixed(1)} ${what}`);
    if (this.trace.length > TRACE) this.trace.shift();
  }

  instance(index: number): InstanceModel | undefined {
    return this.instances[index];
  }

  /** Its owner wants a new beginning. */
  newBudget(instance: InstanceModel): void {
    instance.comebacks = [];
    instance.clearedAt = this.step;
  }

  /** The restart budget: never more than `intensity` starts after crashes within the period. */
  comeBack(instance: InstanceModel): void {
    const { intensity } = this.configuration;
    const { crashedAt, fellAt } = instance;
    instance.comebacks.push(fellAt);
    // What the pool measures is a moment earlier than what it tells.
    const period = RESTART_PERIOD_MS - 1_000;
    const recent = instance.comebacks.filter((time) => crashedAt - time < period);
    this.expect(recent.length <= intensity, () => {
      return `instance ${instance.index} came back ${recent.length} times, its budget is ${intensity}`;
    });
  }

  byTurn(id: number): RequestModel | undefined {
    return this.requests.find((request) => request.turn?.id === id);
  }

  get openRequests(): RequestModel[] {
    return this.requests.filter((request) => request.state !== "over");
  }

  /** Requests and leases that wait for an instance, as far as the model can know. */
  get waiting(): (RequestModel | LeaseModel)[] {
    const requests = this.requests.filter(({ state, lease }) => state === "queued" && !lease);
    return [...requests, ...this.leases.filter(({ state }) => state === "waiting")];
  }

  /** A pass of the event loop has gone by: who is queued now has to wait, and orders are under way. */
  noteWaiting(): void {
    const resize = this.orders.find(({ name, pending }) => name === "resize" && pending);
    if (resize !== undefined) resize.begun = true;
    for (const request of this.requests) {
      if (request.state === "queued") request.waitedAt = Math.min(request.waitedAt, this.step);
    }
  }

  /** The step at which the present pass of the event loop began to matter. */
  passBegan(): number {
    if (this.#passBegan === null) {
      this.#passBegan = this.step;
      setImmediate(() => {
        this.#passBegan = null;
      });
    }
    return this.#passBegan;
  }

  /** Whether there was a moment since a step at which it could not become available by itself. */
  wasHopeless(index: number, since: number): boolean {
    return (this.#hopelessAt.get(index) ?? -1) >= since;
  }

  noteHopeless(): void {
    for (let index = 0; index <= MOST_INSTANCES; index += 1) {
      const instance = this.instances[index];
      if (instance === undefined || !this.hopeful(instance)) this.#hopelessAt.set(index, this.step);
    }
  }

  /** Whether an instance can certainly become available without a command. */
  hopeful({ index, state }: InstanceModel): boolean {
    return state !== "stopped" && state !== "failed" && !this.mayRetire(index);
  }

  /** Whether it certainly cannot. */
  hopeless({ index, state }: InstanceModel): boolean {
    const retires = (this.#resizes[0] ?? Number.POSITIVE_INFINITY) <= index;
    return state === "stopped" || state === "failed" || retires;
  }

  /** A resize waits for the one before it: what comes then may or may not have begun. */
  mayRetire(index: number): boolean {
    return this.#resizes.some((size) => size <= index);
  }

  /** Whether an instance is certainly on its way out of the pool. */
  retires(index: number): boolean {
    return this.orders.some(({ name, argument, begun, pending }) => {
      return name === "resize" && pending && begun && argument !== null && argument <= index;
    });
  }

  /** Whether instances are going to be added without a command. */
  get growing(): boolean {
    let staying = this.instances.length;
    return this.#resizes.some((size) => {
      const grows = size > staying;
      staying = size;
      return grows;
    });
  }

  /** The sizes that are ordered and not reached, in their order. */
  get #resizes(): number[] {
    return this.orders.flatMap(({ name, argument, pending }) => {
      return name === "resize" && pending && argument !== null ? [argument] : [];
    });
  }

  checkAlways(): void {
    this.syncRoster();
    const status = this.status();
    checkCounts(this, status);
    checkStates(this, status);
    this.spares.check(this, status);
  }

  /** There is no event for it: instances beyond the size are gone, new ones have begun. */
  syncRoster(): void {
    const { instances } = this.status();
    this.instances = instances.map(({ index, generation, state }) => {
      const known = this.instances[index];
      // After a shrink and a growth another one has its number.
      const another = known?.state === "stopped" && generation === 0 && state !== "stopped";
      return known === undefined || (another && (known.generation > 0 || state === "idle"))
        ? newInstance(index)
        : known;
    });
    this.noteHopeless();
    for (const instance of this.instances) {
      const { process } = instance;
      const pid = instances[instance.index]?.pid ?? null;
      if (process?.state === "starting" && process.pid === null && pid !== null) {
        process.pid = pid;
        const birth = this.births.get(pid);
        process.start = birth?.how ?? "well";
        process.bornAt = birth?.at ?? this.clock.elapsed();
        if (process.start === "exits" || process.start === "hangs") process.doom.add("bad-start");
      }
    }
  }

  #follow(event: PoolEvent): void {
    this.step += 1;
    this.note(describe(event));
    this.syncRoster();
    this.counts.follow(event);
    if (event.type === "request.accepted" || event.type === "request.refused") return;
    // Of the machine, not of an instance.
    if (event.type === "ledger.swept" || event.type === "ledger.failed") return;
    if (event.type === "spare.state") {
      this.spares.follow(this, event);
      return;
    }
    const instance = this.instances[event.instance];
    if (instance === undefined) {
      this.fail(`an event of instance ${event.instance}, which does not exist`);
      return;
    }
    followInstance(this, instance, event);
    followProcess(this, instance, event);
    followTurn(this, instance, event);
    this.checkAlways();
  }
}

function newInstance(index: number): InstanceModel {
  return {
    index,
    state: "idle",
    process: null,
    processes: new Map(),
    generation: 0,
    turn: null,
    comebacks: [],
    clearedAt: -1,
    crashedAt: 0,
    fellAt: 0,
  };
}

function describe(event: PoolEvent): string {
  const { type, at: _, ...rest } = event;
  return `  ${type} ${JSON.stringify(rest)}`;
}

import type { FailureClass, ShutdownOptions, WaitOptions } from "@cluster/pool";
import type { Cluster } from "../cluster/cluster.ts";
import { invalidOption } from "../errors/manager-error.ts";
import { Subscribers } from "../events/subscribers.ts";
import { type MapItem, mapRequests } from "../map/map-requests.ts";
import type { FleetEvent } from "./events.ts";
import { FleetTurn, type FleetTurnControl } from "./fleet-turn.ts";
import { Member } from "./member.ts";
import {
  checkFailOver,
  compileFleet,
  type FleetMapOptions,
  type FleetOptions,
  type FleetSendOptions,
} from "./options.ts";
import { Provider } from "./provider.ts";
import type { Item } from "./queue.ts";
import { closed, givenUp } from "./refusals.ts";
import { Scheduler } from "./scheduler.ts";
import type { FleetStats, FleetStatus, FleetToolStatus } from "./status.ts";

/** What became of one request of {@link Fleet.map}. */
export type FleetMapItem<Request, Result> = MapItem<Request, Result> & {
  /** Null when it failed before a tool had it. */
  readonly tool: string | null;
};

/**
 * Several tools behind one object, each with a cluster of its own. Requests say which tool or capability
 * they want; the first free instance of any tool that fits takes the next one.
 */
export class Fleet<Request, Result, Name extends string = string> implements AsyncDisposable {
  readonly #members: readonly Member<Request, Result>[];
  readonly #scheduler: Scheduler<Request, Result>;
  readonly #failOver: readonly FailureClass[];
  readonly #subscribers = new Subscribers<FleetEvent>();
  readonly #now: () => number;
  #sent = 0;
  #done = 0;
  #failed = 0;
  #failedOver = 0;
  #draining = false;

  /** Use {@link fleet}. */
  constructor(
    counts: Readonly<Record<Name, number>>,
    options: FleetOptions<Request, Result, Name>,
  ) {
    const { tools, failOver, maxTurns, clock } = compileFleet(counts, options);
    this.#failOver = failOver;
    this.#now = () => clock.now();
    const shared = new Map<string, Provider>();
    const providerOf = (name: string | undefined): Provider => {
      const known = name === undefined ? undefined : shared.get(name);
      const provider = known ?? new Provider(maxTurns.get(name ?? "") ?? Infinity, clock);
      if (name !== undefined) shared.set(name, provider);
      return provider;
    };
    this.#members = tools.map((tool, rank) => {
      const provider = providerOf(tool.provider ?? tool.adapter.provider);
      return new Member(tool, rank, provider, clock, (event) =>
        this.#subscribers.publish({ ...event, tool: tool.name }),
      );
    });
    for (const name of maxTurns.keys()) {
      if (shared.has(name)) continue;
      const known = [...shared.keys()].join(", ") || "none";
      throw invalidOption(`providers.${name}`, `the provider of a tool (${known})`, name);
    }
    this.#scheduler = new Scheduler(this.#members, {
      assigned: ({ control }, { name: tool }, { instance, turn: toolTurn }) =>
        this.#publish({
          type: "request.assigned",
          turn: control.turn.id,
          tool,
          instance,
          toolTurn,
        }),
      failedOver: ({ control }, { tool, failureClass, error }) => {
        this.#failedOver += 1;
        const message = error instanceof Error ? error.message : String(error);
        const { id: turn } = control.turn;
        this.#publish({ type: "request.failed-over", turn, tool, failureClass, message });
      },
      done: () => {
        this.#done += 1;
      },
      failed: () => {
        this.#failed += 1;
      },
    });
  }

  /**
   * Sends a request, and returns its turn at once. Its failure may be left alone. The turn rejects with what
   * the tool failed of, after those that might do instead have been asked; a {@link PoolError}
   * INSTANCE_UNAVAILABLE when each tool that may take it has been scaled to 0 or does not start, and
   * TURN_CANCELLED when it was given up; a {@link ManagerError} FLEET_CLOSED after `drain` and `shutdown`.
   * @throws {ManagerError} OPTION_INVALID, when no tool of the fleet fits
   */
  send(request: Request, options: FleetSendOptions<Name> = {}): FleetTurn<Result> {
    return this.#send(request, options, false);
  }

  /** As {@link send}, for a caller who awaits the turn: a failure that nobody handles is an unhandled rejection. */
  run(request: Request, options: FleetSendOptions<Name> = {}): FleetTurn<Result> {
    return this.#send(request, options, true);
  }

  /**
   * Runs many requests and yields what became of each, as {@link Cluster.map} does.
   * @throws What `requests` itself throws, and {@link ManagerError} OPTION_INVALID.
   */
  async *map(
    requests: Iterable<Request> | AsyncIterable<Request>,
    options: FleetMapOptions<Name> = {},
  ): AsyncGenerator<FleetMapItem<Request, Result>, void, void> {
    const turns = new Map<number, FleetTurn<Result>>();
    let index = 0;
    const home = {
      run: (request: Request, sending: FleetSendOptions<Name>) => {
        const turn = this.run(request, sending);
        turns.set(index++, turn);
        return turn;
      },
      size: () => this.#members.reduce((sum, { cluster }) => sum + cluster.size, 0),
    };
    for await (const item of mapRequests<Request, Result, FleetSendOptions<Name>>(
      requests,
      options,
      home,
    )) {
      const tool = turns.get(item.index)?.tool ?? null;
      turns.delete(item.index);
      yield { ...item, tool };
    }
  }

  /**
   * The cluster of one tool: to restart an instance, look at its health, or talk to it alone. What is sent
   * there passes the fleet by.
   */
  cluster(tool: Name): Cluster<Request, Result> {
    return this.#member(tool).cluster;
  }

  /**
   * Changes the number of instances of some tools; the others stay as they are. Instances that go finish their
   * turn first, and the promise resolves when they have. With 0 a tool takes no requests until it is given
   * instances again: those that another tool may take go there, and those that it alone may take, also such
   * as wait already, reject with INSTANCE_UNAVAILABLE.
   * @throws {ManagerError} OPTION_INVALID, before anything is changed
   * @throws {PoolError} POOL_CLOSED, WAIT_CANCELLED
   */
  async scale(
    counts: Readonly<Partial<Record<Name, number>>>,
    options: WaitOptions = {},
  ): Promise<void> {
    const given = (Object.entries(counts) as [Name, number][]).map(
      ([name, count]) => [this.#member(name), count] as const,
    );
    for (const [{ name }, count] of given) {
      if (Number.isSafeInteger(count) && count >= 0) continue;
      throw invalidOption(`counts.${name}`, "a whole number of at least 0", count);
    }
    const scaled = Promise.all(given.map(([{ cluster }, count]) => cluster.scale(count, options)));
    // What grows has room at once, however long the turns of what shrinks take.
    this.#scheduler.look();
    await scaled.finally(() => this.#scheduler.look());
  }

  /** The fleet at this moment, as plain data. */
  getStatus(): FleetStatus<Name> {
    const tools = this.#members.map((member) => [member.name, member.getStatus()]);
    return {
      tools: Object.fromEntries(tools) as Record<Name, FleetToolStatus>,
      sent: this.#sent,
      done: this.#done,
      failed: this.#failed,
      waiting: this.#scheduler.queue.size,
      atWork: this.#sent - this.#done - this.#failed - this.#scheduler.queue.size,
      failedOver: this.#failedOver,
    };
  }

  /** What each tool has done so far: waiting and running times, utilisation, and counts of every kind. */
  measure(): FleetStats<Name> {
    const stats = this.#members.map(({ name, cluster, solo }) => [
      name,
      { cluster: cluster.measure(), oneShot: solo?.measure() ?? null },
    ]);
    return Object.fromEntries(stats) as FleetStats<Name>;
  }

  /** Hears of everything that happens, with the tool's name. Returns what ends the subscription. */
  subscribe(listener: (event: FleetEvent) => void): () => void {
    return this.#subscribers.add(listener);
  }

  /** Takes no more requests: those that come reject with FLEET_CLOSED. Resolves when all that were sent have ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#scheduler.idle();
  }

  /**
   * Ends everything: requests that have not ended reject, then every process goes.
   * @param options.timeoutMs The grace of each step, from a polite goodbye to SIGKILL. @default graceMs
   */
  async shutdown({ timeoutMs }: Pick<ShutdownOptions, "timeoutMs"> = {}): Promise<void> {
    this.#draining = true;
    this.#scheduler.close(closed());
    await Promise.all(this.#members.map((member) => member.shutdown(timeoutMs)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #send(request: Request, options: FleetSendOptions<Name>, claimed: boolean): FleetTurn<Result> {
    const { tool, capability, failOver, priority = 0, signal, ...turnOptions } = options;
    const members = this.#membersFor(
      tool,
      capability,
      failOver === true || Array.isArray(failOver),
    );
    const control: FleetTurnControl<Result> = FleetTurn.create(this.#sent + 1, claimed, (reason) =>
      this.#scheduler.giveUp(item, givenUp(reason)),
    );
    const item: Item<Request, Result> = {
      request,
      control,
      members,
      named: tool === undefined || members.length < 2 ? null : this.#member(tool),
      priority,
      place: control.turn.id,
      misses: 0,
      failOver:
        failOver === false
          ? []
          : typeof failOver === "object"
            ? checkFailOver(failOver)
            : this.#failOver,
      options: turnOptions,
    };
    this.#sent += 1;
    if (this.#draining) {
      this.#failed += 1;
      control.reject(closed());
      return control.turn;
    }
    this.#watch(control, signal);
    this.#scheduler.add(item);
    return control.turn;
  }

  #watch({ turn }: FleetTurnControl<Result>, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = (): void => turn.cancel(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const forget = (): void => signal.removeEventListener("abort", onAbort);
    turn.then(forget, forget);
    if (signal.aborted) setImmediate(onAbort);
  }

  #membersFor(
    tool: string | undefined,
    capability: string | undefined,
    failOver: boolean,
  ): readonly Member<Request, Result>[] {
    const named = tool === undefined ? [] : [this.#member(tool)];
    if (tool !== undefined && capability === undefined) {
      return failOver ? [...new Set([...named, ...this.#members])] : named;
    }
    const able = this.#members.filter(
      ({ capabilities }) => capability === undefined || capabilities.includes(capability),
    );
    const members = [...new Set([...named, ...able])];
    if (members.length > 0) return members;
    const known = [...new Set(this.#members.flatMap(({ capabilities }) => capabilities))];
    throw invalidOption("capability", `one of ${known.join(", ")}`, capability);
  }

  #member(tool: string): Member<Request, Result> {
    const member = this.#members.find(({ name }) => name === tool);
    if (member !== undefined) return member;
    const known = this.#members.map(({ name }) => name).join(", ");
    throw invalidOption("tool", `one of ${known}`, tool);
  }

  #publish(event: WithoutTime<Exclude<FleetEvent, { readonly toolTurn?: never }>>): void {
    this.#subscribers.publish({ ...event, at: this.#now() } as FleetEvent);
  }
}

type WithoutTime<Event> = Event extends unknown ? Omit<Event, "at"> : never;

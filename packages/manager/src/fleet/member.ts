import { type Clock, capabilitiesOf, type ReleaseMode } from "@cluster/pool";
import type { Cluster } from "../cluster/cluster.ts";
import { launchCluster } from "../cluster/launch-cluster.ts";
import type { Conversation } from "../conversation/conversation.ts";
import type { ClusterEvent } from "../events/cluster-event.ts";
import type { CompiledTool } from "./options.ts";
import type { Provider } from "./provider.ts";
import type { FleetToolStatus } from "./status.ts";

/** One tool of a fleet: its cluster, and how much of it is at work. */
export class Member<Request, Result> {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly provider: Provider;
  readonly cluster: Cluster<Request, Result>;
  /** Its place in the order of preference. */
  readonly rank: number;
  /** Applications for an instance that are out. */
  seeking = 0;
  /** Requests at work. */
  busy = 0;
  /** Whether it was ever asked. */
  used = false;
  /** What becomes of the context after each request. */
  readonly afterTurn: ReleaseMode;
  readonly #launchSolo: (() => Cluster<Request, Result>) | null;
  #solo: Cluster<Request, Result> | null = null;

  constructor(
    tool: CompiledTool<Request, Result>,
    rank: number,
    provider: Provider,
    clock: Clock,
    onEvent: (event: ClusterEvent) => void,
  ) {
    const { adapter, name, count, capabilities = [], provider: _, ...options } = tool;
    this.name = name;
    this.rank = rank;
    this.afterTurn = options.afterTurn ?? "keep";
    this.provider = provider;
    this.capabilities = [...new Set([...capabilities, ...capabilitiesOf(adapter)])];
    const shared = { ...options, clock, start: "lazy", maxUnread: 0 } as const;
    this.cluster = launchCluster(adapter, { ...shared, count });
    this.cluster.subscribe(onEvent);
    const solo = adapter.capabilities?.oneShot === true ? undefined : adapter.oneShot?.();
    this.#launchSolo =
      solo === undefined
        ? null
        : () => {
            const made = launchCluster(solo, { ...shared, count: 1 });
            made.subscribe(onEvent);
            return made;
          };
  }

  /** It was scaled to nothing: until it has instances again, nobody is to wait for it. */
  get isEmpty(): boolean {
    return this.cluster.size === 0;
  }

  /** How many more requests could be given to it, whoever else its provider serves. */
  get seats(): number {
    return Math.max(0, this.cluster.size - this.busy);
  }

  /** Instances that could begin at once. */
  get warm(): number {
    const { instances } = this.cluster.getStatus();
    return instances.filter(({ state, occupancy }) => state === "ready" && occupancy === "free")
      .length;
  }

  /** The cluster of its one-shot way; null as long as it was not needed. */
  get solo(): Cluster<Request, Result> | null {
    return this.#solo;
  }

  /** @param alone It is the only request there is: a process for just this one, where there is such a way. */
  conversation(alone: boolean): Conversation<Request, Result> {
    const first = !this.used;
    this.used = true;
    if (first && alone && this.#launchSolo !== null) {
      this.#solo = this.#launchSolo();
      return this.#solo.conversation({ release: "keep" });
    }
    return this.cluster.conversation();
  }

  getStatus(): FleetToolStatus {
    return {
      tool: this.name,
      capabilities: this.capabilities,
      atWork: this.busy,
      refuses: this.provider.reluctance,
      cluster: this.cluster.getStatus(),
      oneShot: this.#solo?.getStatus() ?? null,
    };
  }

  async shutdown(timeoutMs: number | undefined): Promise<void> {
    const grace = timeoutMs === undefined ? {} : { timeoutMs };
    await Promise.all([this.cluster.shutdown(grace), this.#solo?.shutdown(grace)]);
  }
}

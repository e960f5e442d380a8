import type { Clock } from "@cluster/manager";
import { Breaker, type BreakerState, type Passage } from "./breaker.ts";
import { Concurrency, type ConcurrentTurn } from "./concurrency.ts";

/** A tool with one of its models; `null`: the tool's own. */
export interface Provider {
  readonly tool: string;
  readonly model: string | null;
}

/** The lane of what names a tool with a model. What is in one takes alike of time and money. */
export function laneOf({ tool, model }: Provider): string {
  return model === null ? tool : `${tool}\n${model}`;
}

/**
 * What follows when a provider refuses for quota.
 * - `wait`: everybody waits until one task, the probe, has shown that it answers again
 * - `pause`: the run ends, to be gone on with later
 * - `switchTo`: its tasks go on with another model
 */
export type OnQuota = "wait" | "pause" | { readonly switchTo: string };

/** What happens to a provider. */
export type ProviderHappening = Provider &
  (
    | { readonly type: "refuses"; readonly until: number; readonly reason: string }
    /** The wait is over: one task may be given to it. */
    | { readonly type: "may-be-probed" }
    | { readonly type: "answers" }
    | { readonly type: "replaced"; readonly by: string; readonly reason: string }
    | { readonly type: "limited"; readonly limit: number; readonly of: number }
    /** Nobody waits for it any more: the run is to end. */
    | { readonly type: "given-up"; readonly reason: string }
  );

/** What {@link Providers} are told. */
export interface ProvidersOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxQuotaWaitMs: number;
  /** How many turns a provider gets at once at most. */
  readonly ceiling: () => number;
  readonly onQuota: OnQuota;
  /** Who serves a tool, where it shares that with others, and how many turns it takes at once. */
  readonly servedBy?: (tool: string) => { readonly name: string; readonly maxTurns: number } | null;
  onHappening(happening: ProviderHappening): void;
}

/** How a turn ended, for its provider. */
export type ProviderWord =
  | { readonly kind: "answered" | "overloaded" | "unknown" }
  | { readonly kind: "refused"; readonly retryAfterMs: number | null; readonly message: string };

/** One turn with a provider. Its first word counts. */
export interface ProviderTurn {
  readonly probe: boolean;
  /** As long as nothing of it has happened: whether it would be let in now. */
  readonly stands: boolean;
  end(word: ProviderWord): void;
}

/** What is known of one tool with one model. */
interface Circuit {
  readonly provider: Provider;
  readonly breaker: Breaker;
  readonly concurrency: Concurrency;
  /** All that ask it, by their lanes. */
  readonly askers: Map<string, Provider>;
  /** What it said when it refused last. */
  said: string;
  /** How often it answered after it had refused. */
  recoveries: number;
}

/** After so many refused probes in a row nobody waits any longer. */
const MOST_REFUSED_PROBES = 5;

/**
 * Whether each tool with each model may be asked, and by how many turns at once. Tasks for one of them are a
 * lane; where a model was replaced, its lane goes on with the other one.
 */
export class Providers implements Disposable {
  readonly #options: ProvidersOptions;
  readonly #circuits = new Map<string, Circuit>();
  /** What a lane works with, where that is not what its tasks name. */
  readonly #replaced = new Map<string, Provider>();

  constructor(options: ProvidersOptions) {
    this.#options = options;
  }

  /** What a task works with that names this. */
  current(named: Provider): Provider {
    return this.#replaced.get(laneOf(named)) ?? named;
  }

  /** How often a provider answered after it had refused. */
  recoveries(named: Provider): number {
    return this.#circuit(named).recoveries;
  }

  /** The lanes that wait when this one refuses. */
  lanesWith(named: Provider): readonly string[] {
    return [...this.#circuit(named).askers.keys()];
  }

  /** Whoever waits when this one refuses, itself too. */
  askersOf(named: Provider): readonly Provider[] {
    return [...this.#circuit(named).askers.values()];
  }

  /** How many more turns may begin. */
  turnRoom(named: Provider): number {
    const { breaker, concurrency } = this.#circuit(named);
    const { room } = breaker;
    // A probe is one turn, whatever else is still under way.
    return room === Number.POSITIVE_INFINITY ? concurrency.room : room;
  }

  /** Whether tasks may be got ready beyond those that may begin. */
  isOpenToAll(named: Provider): boolean {
    return this.#circuit(named).breaker.state.kind === "closed";
  }

  /** A turn begins. There must be room for it. */
  begin(named: Provider): ProviderTurn {
    const circuit = this.#circuit(named);
    const passage = circuit.breaker.begin();
    const turn = circuit.concurrency.begin();
    return {
      probe: passage.probe,
      get stands() {
        // A probe is what others wait for.
        return passage.probe || circuit.breaker.state.kind === "closed";
      },
      end: (word) => this.#end(laneOf(named), circuit, passage, turn, word),
    };
  }

  /** Sets no timer any more. */
  [Symbol.dispose](): void {
    for (const { breaker } of this.#circuits.values()) breaker[Symbol.dispose]();
  }

  #end(
    lane: string,
    circuit: Circuit,
    passage: Passage,
    turn: ConcurrentTurn,
    word: ProviderWord,
  ): void {
    switch (word.kind) {
      case "answered":
        turn.end("answered");
        passage.answered();
        return;
      case "overloaded":
        turn.end("pushed-back");
        passage.unknown();
        return;
      case "unknown":
        turn.end("unknown");
        passage.unknown();
        return;
      case "refused":
        turn.end("pushed-back");
        circuit.said = word.message;
        if (passage.refused(word.retryAfterMs)) this.#refused(lane, circuit);
    }
  }

  #refused(lane: string, { provider, breaker, said }: Circuit): void {
    const { onQuota, onHappening } = this.#options;
    if (onQuota === "pause") {
      onHappening({ ...provider, type: "given-up", reason: said });
      return;
    }
    if (onQuota !== "wait" && !this.#replaced.has(lane) && provider.model !== onQuota.switchTo) {
      this.#replaced.set(lane, { ...provider, model: onQuota.switchTo });
      // Nobody waits for it any more.
      breaker[Symbol.dispose]();
      onHappening({ ...provider, type: "replaced", by: onQuota.switchTo, reason: said });
      return;
    }
    if (breaker.refusedProbes >= MOST_REFUSED_PROBES) {
      const reason = `It still refused after ${breaker.refusedProbes} waits. ${said}`;
      onHappening({ ...provider, type: "given-up", reason });
    }
  }

  #circuit(named: Provider): Circuit {
    const provider = this.current(named);
    const lane = laneOf(named);
    const servedBy = this.#options.servedBy?.(provider.tool) ?? null;
    const key = servedBy === null ? laneOf(provider) : this.#sharedKey(servedBy.name, lane);
    const known = this.#circuits.get(key);
    if (known !== undefined) {
      known.askers.set(lane, named);
      return known;
    }
    const { clock, random, maxQuotaWaitMs, onHappening } = this.#options;
    const maxTurns = servedBy?.maxTurns ?? Number.POSITIVE_INFINITY;
    const ceiling = (): number => Math.min(this.#options.ceiling(), maxTurns);
    const circuit: Circuit = {
      provider,
      askers: new Map([[lane, named]]),
      said: "",
      recoveries: 0,
      breaker: new Breaker({
        clock,
        random,
        maxWaitMs: maxQuotaWaitMs,
        onState: (state) => this.#onState(circuit, state),
      }),
      concurrency: new Concurrency({
        ceiling,
        onLimit: (limit) => onHappening({ ...provider, type: "limited", limit, of: ceiling() }),
      }),
    };
    this.#circuits.set(key, circuit);
    return circuit;
  }

  /** One for all models of a provider; another model that a lane was switched to is asked for itself. */
  #sharedKey(name: string, lane: string): string {
    const model = this.#replaced.get(lane)?.model;
    return JSON.stringify(model === undefined ? [name] : [name, model]);
  }

  #onState(circuit: Circuit, state: BreakerState): void {
    const { provider } = circuit;
    const { onHappening } = this.#options;
    if (state.kind === "open") {
      onHappening({ ...provider, type: "refuses", until: state.until, reason: circuit.said });
    } else if (state.kind === "closed") {
      circuit.recoveries += 1;
      onHappening({ ...provider, type: "answers" });
    } else if (!state.probing) {
      onHappening({ ...provider, type: "may-be-probed" });
    }
  }
}

import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import { takenBy } from "./attempt-cost.ts";
import type { Budget, BudgetedAttempt } from "./budget.ts";
import type { Gate, LaneWork } from "./gate.ts";
import type { MemoryFloor } from "./memory-floor.ts";
import {
  laneOf,
  type Provider,
  type Providers,
  type ProviderTurn,
  type ProviderWord,
} from "./providers.ts";

/** Whom an {@link Admission} asks. */
export interface AdmissionOptions<Item> {
  readonly providers: Providers;
  readonly budget: Budget;
  readonly memory: MemoryFloor;
  /** How many may be got ready beyond those that may take their turn. */
  readonly ahead: number;
  /** What an item works with, or would. */
  providerOf(item: Item): Provider;
  /** Where items have a choice. */
  readonly choice?: ToolChoice<Item>;
}

/** With which tools items may be worked on. */
export interface ToolChoice<Item> {
  choicesOf(item: Item): Choices;
  /** It is worked on with this one from now on. */
  assign(item: Item, provider: Provider): void;
  /** How many instances a tool has. */
  instances(tool: string): number;
}

/** What an item may be worked on with. */
export interface Choices {
  /** In the order of preference; at least one. */
  readonly providers: readonly Provider[];
  /** The first one is meant, the others are for when it refuses. */
  readonly named: boolean;
}

/** A turn that was let in. */
interface Admitted {
  readonly provider: ProviderTurn;
  readonly budget: BudgetedAttempt;
  underWay: boolean;
}

/** Lets turns begin as far as their provider, the budget and the memory allow. */
export class Admission<Item> implements Gate<Item> {
  readonly #options: AdmissionOptions<Item>;
  readonly #named = new Map<string, Provider>();
  /** Lanes of items that have a choice. */
  readonly #shared = new Map<string, Choices>();
  /** Tools that fail whatever they are given: those who have a choice go elsewhere. */
  readonly #out = new Set<string>();
  /** Lanes that nobody waits for any longer. */
  readonly #givenUp = new Set<string>();
  readonly #admitted = new Map<Item, Admitted>();
  #underWay = 0;

  constructor(options: AdmissionOptions<Item>) {
    this.#options = options;
  }

  laneOf(item: Item): string {
    const choices = this.#options.choice?.choicesOf(item);
    const [only = this.#options.providerOf(item), ...others] = choices?.providers ?? [];
    if (choices === undefined || others.length === 0) return this.#laneWith(only);
    const lanes = choices.providers.map((provider) => this.#laneWith(provider));
    const lane = JSON.stringify([choices.named, ...lanes]);
    this.#shared.set(lane, choices);
    return lane;
  }

  /** A tool fails whatever it is given; until it does not. Returns whether that is news. */
  leaveOut(tool: string): boolean {
    if (this.#out.has(tool)) return false;
    this.#out.add(tool);
    return true;
  }

  isOut(tool: string): boolean {
    return this.#out.has(tool);
  }

  /** A tool with each of its models that was asked for so far. */
  providersOf(tool: string): Provider[] {
    return [...this.#named.values()].filter((provider) => provider.tool === tool);
  }

  /** Nobody waits for these any longer, whatever they say from now on. */
  giveUp(providers: readonly Provider[]): void {
    for (const provider of providers) this.#givenUp.add(this.#laneWith(provider));
  }

  /** Whether an item is to be left, since whoever could work on it was given up. */
  isGivenUp(item: Item): boolean {
    if (this.#givenUp.size === 0) return false;
    const { choice, providerOf } = this.#options;
    const all = choice?.choicesOf(item).providers ?? [providerOf(item)];
    const lost = all.filter((provider) => this.#givenUp.has(this.#laneWith(provider)));
    return lost.length > 0 && all.every((one) => lost.includes(one) || this.#out.has(one.tool));
  }

  turnRoom(lane: string): number {
    const provider = this.#provider(lane);
    return Math.min(this.#options.providers.turnRoom(provider), this.#affordable(provider));
  }

  startRoom(lane: string, work: LaneWork = NO_WORK): number {
    const choices = this.#shared.get(lane);
    if (choices === undefined) {
      const named = this.#provider(lane);
      const free = this.#free(named.tool, work) + work.preparing(lane);
      return Math.min(this.#starts(named), free, this.#affordable(named));
    }
    const usable = this.#usable(choices);
    const rooms = usable.map((provider) => this.#roomWith(provider, work));
    const preparing = choices.providers.map((one) => work.preparing(this.#laneWith(one)));
    const most = Math.max(0, ...usable.map((provider) => this.#affordable(provider)));
    return Math.min(sum(rooms), Math.max(0, most - sum(preparing)));
  }

  enter(item: Item, lane: string, work: LaneWork): string {
    const choices = this.#shared.get(lane);
    const chosen = choices === undefined ? this.#provider(lane) : this.#choose(choices, work);
    this.#options.choice?.assign(item, chosen);
    return this.#laneWith(chosen);
  }

  begun(item: Item): void {
    const { providers, budget } = this.#options;
    const named = this.#options.providerOf(item);
    const provider = providers.begin(named);
    this.#admitted.set(item, { provider, budget: budget.begin(this.#kind(named)), underWay: true });
    this.#underWay += 1;
  }

  stands(item: Item): boolean {
    return this.#admitted.get(item)?.provider.stands ?? false;
  }

  takenBack(item: Item): void {
    this.#endTurn(item, { kind: "unknown" });
    this.#admitted.get(item)?.budget.cancel();
    this.#admitted.delete(item);
  }

  /** An item's turn ended well: its provider did its work. What it took is told later. */
  answered(item: Item): void {
    this.#out.delete(this.#options.providerOf(item).tool);
    this.#endTurn(item, { kind: "answered" });
  }

  /** An item's turn failed: its provider may have refused. What it took is told later. */
  failed(item: Item, failure: AttemptFailure): void {
    this.#endTurn(item, wordOf({ verdict: "failed", failure }));
  }

  /**
   * An item's attempt is over. It need not have begun its turn. Returns whether that was to show if its
   * provider answers again.
   */
  settle(item: Item, result: AttemptResult): boolean {
    this.#endTurn(item, wordOf(result));
    const admitted = this.#admitted.get(item);
    if (admitted === undefined) return false;
    this.#admitted.delete(item);
    admitted.budget.settle(takenBy(result));
    return admitted.provider.probe;
  }

  /** With what those of these lanes may be worked on, as a budget tells that apart. Of no lane: of all. */
  kindsOf(lanes: Iterable<string>): string[] {
    const asked = [...lanes].flatMap((lane) => {
      const choices = this.#shared.get(lane);
      return choices === undefined ? (this.#named.get(lane) ?? []) : this.#usable(choices);
    });
    const providers = asked.length > 0 ? asked : [...this.#named.values()];
    return [...new Set(providers.map((provider) => this.#kind(provider)))];
  }

  #endTurn(item: Item, word: ProviderWord): void {
    const admitted = this.#admitted.get(item);
    if (admitted === undefined || !admitted.underWay) return;
    admitted.underWay = false;
    this.#underWay -= 1;
    admitted.provider.end(word);
  }

  #provider(lane: string): Provider {
    return this.#named.get(lane) as Provider;
  }

  #kind(provider: Provider): string {
    return laneOf(this.#options.providers.current(provider));
  }

  /** How many more turns with a provider the budget and the memory allow. */
  #affordable(provider: Provider): number {
    const { budget, memory } = this.#options;
    return Math.min(budget.room(this.#kind(provider)), memory.room(this.#underWay));
  }

  #laneWith(provider: Provider): string {
    const lane = laneOf(provider);
    if (!this.#named.has(lane)) this.#named.set(lane, provider);
    return lane;
  }

  /** How many may be got ready as far as a provider is asked. */
  #starts(provider: Provider): number {
    const { providers, ahead } = this.#options;
    return providers.turnRoom(provider) + (providers.isOpenToAll(provider) ? ahead : 0);
  }

  /** How many instances of a tool nobody has. */
  #free(tool: string, work: LaneWork): number {
    const all = this.#options.choice?.instances(tool) ?? Number.POSITIVE_INFINITY;
    if (all === Number.POSITIVE_INFINITY) return all;
    const lanes = [...this.#named].filter(([, provider]) => provider.tool === tool);
    return Math.max(0, all - sum(lanes.map(([lane]) => work.atWork(lane))));
  }

  #roomWith(provider: Provider, work: LaneWork): number {
    const most = Math.min(this.#starts(provider), this.#affordable(provider));
    const ready = most - work.preparing(this.#laneWith(provider));
    return Math.max(0, Math.min(ready, this.#free(provider.tool, work)));
  }

  /** Of several, those that may be asked now. */
  #usable({ providers: all, named }: Choices): readonly Provider[] {
    const { providers } = this.#options;
    const well = all.filter(
      (one) => !this.#out.has(one.tool) && !this.#givenUp.has(this.#laneWith(one)),
    );
    if (!named) return well.length > 0 ? well : all;
    const open = well.find((one) => providers.isOpenToAll(one) || providers.turnRoom(one) > 0);
    return [open ?? well[0] ?? (all[0] as Provider)];
  }

  /** The one with the most of its instances free; of those that are alike, the preferred one. */
  #choose(choices: Choices, work: LaneWork): Provider {
    const instances = (tool: string): number => this.#options.choice?.instances(tool) ?? 1;
    const ranked = this.#usable(choices)
      .filter((provider) => this.#roomWith(provider, work) > 0)
      .map((provider) => ({
        provider,
        share: this.#free(provider.tool, work) / instances(provider.tool),
      }));
    let best = ranked[0];
    for (const one of ranked) if (best !== undefined && one.share > best.share) best = one;
    return best?.provider ?? (choices.providers[0] as Provider);
  }
}

const NO_WORK: LaneWork = { atWork: () => 0, preparing: () => 0 };

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

/** What an attempt says about its provider. */
function wordOf({ verdict, failure }: Pick<AttemptResult, "verdict" | "failure">): ProviderWord {
  if (verdict === "cancelled") return { kind: "unknown" };
  switch (failure?.failureClass) {
    case "quota":
      return { kind: "refused", retryAfterMs: failure.retryAfterMs, message: failure.message };
    case "overload":
      return { kind: "overloaded" };
    case "context":
    case "malformed":
    case "refused":
    case "unproven":
      return { kind: "answered" };
    default:
      return { kind: verdict === "failed" ? "unknown" : "answered" };
  }
}

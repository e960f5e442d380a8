import type { AttemptFailure, AttemptResult } from "../contract/executor.ts";
import { takenBy } from "./attempt-cost.ts";
import type { Budget, BudgetedAttempt } from "./budget.ts";
import type { Gate } from "./dispatcher.ts";
import type { MemoryFloor } from "./memory-floor.ts";
import type { Provider, Providers, ProviderTurn, ProviderWord } from "./providers.ts";

/** Whom an {@link Admission} asks. */
export interface AdmissionOptions<Item> {
  readonly providers: Providers;
  readonly budget: Budget;
  readonly memory: MemoryFloor;
  /** How many may be got ready beyond those that may take their turn. */
  readonly ahead: number;
  /** What an item names. */
  providerOf(item: Item): Provider;
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
  readonly #admitted = new Map<Item, Admitted>();
  #underWay = 0;

  constructor(options: AdmissionOptions<Item>) {
    this.#options = options;
  }

  laneOf(item: Item): string {
    const named = this.#options.providerOf(item);
    const lane = this.#options.providers.laneOf(named);
    if (!this.#named.has(lane)) this.#named.set(lane, named);
    return lane;
  }

  turnRoom(lane: string): number {
    const { providers, budget, memory } = this.#options;
    return Math.min(
      providers.turnRoom(this.#provider(lane)),
      budget.room,
      memory.room(this.#underWay),
    );
  }

  startRoom(lane: string): number {
    const { providers, budget, memory, ahead } = this.#options;
    const named = this.#provider(lane);
    const turns = providers.turnRoom(named) + (providers.isOpenToAll(named) ? ahead : 0);
    return Math.min(turns, budget.room, memory.room(this.#underWay));
  }

  begun(item: Item): void {
    const { providers, budget } = this.#options;
    const provider = providers.begin(this.#options.providerOf(item));
    this.#admitted.set(item, { provider, budget: budget.begin(), underWay: true });
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

import type { PoolEvent, Turn } from "@cluster/pool";
import { ClusterTurn, type ClusterTurnControl, type ClusterTurnObserver } from "./cluster-turn.ts";

/** Numbers a cluster's turns, counts how they end, and knows which turn of the pool is which. */
export class TurnBook<Result> {
  readonly #observer: ClusterTurnObserver<Result>;
  readonly #byPoolId = new Map<number, ClusterTurnControl<Result>>();
  #beginning: ClusterTurnControl<Result> | null = null;
  #sent = 0;
  #received = 0;
  #failed = 0;

  /** @param observer Hears of every turn that ends, after it is counted. */
  constructor(observer: ClusterTurnObserver<Result>) {
    this.#observer = observer;
  }

  get totals(): { readonly sent: number; readonly received: number; readonly failed: number } {
    return { sent: this.#sent, received: this.#received, failed: this.#failed };
  }

  /** Opens a turn. With `claimed` its response goes to nobody but the holder of the turn. */
  open(claimed: boolean): ClusterTurnControl<Result> {
    this.#sent += 1;
    return ClusterTurn.create<Result>(this.#sent, claimed, {
      ended: (control, end) => {
        if (end.outcome === "done") this.#received += 1;
        else this.#failed += 1;
        this.#observer.ended(control, end);
      },
      claimed: this.#observer.claimed,
    });
  }

  /** Lets a turn begin in the pool, and ties the two numbers together until it has ended. */
  begin(control: ClusterTurnControl<Result>, start: () => Turn<Result>): void {
    // The pool may report the start of a turn before it has returned it.
    this.#beginning = control;
    let inner: Turn<Result>;
    try {
      inner = start();
    } finally {
      this.#beginning = null;
    }
    this.#byPoolId.set(inner.id, control);
    const forget = (): void => {
      this.#byPoolId.delete(inner.id);
    };
    inner.then(forget, forget);
    control.follow(inner);
  }

  /** The same event with the cluster's number of its turn. */
  translate(event: PoolEvent): PoolEvent {
    if (!("turn" in event)) return event;
    const control = this.#byPoolId.get(event.turn) ?? this.#beginning;
    if (control === null) return event;
    if (event.type === "turn.started") control.begin();
    return { ...event, turn: control.turn.id };
  }
}

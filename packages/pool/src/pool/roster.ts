import { Instance } from "../instance/instance.ts";
import type { InstanceContext } from "../instance/instance-context.ts";
import { OperationLock } from "../instance/operation-lock.ts";

/** The instances of a pool, and how they become more or fewer. */
export class Roster<Request, Result> {
  readonly #context: InstanceContext<Request, Result>;
  readonly #resizing = new OperationLock();
  readonly #resized: (size: number) => void;
  #instances: readonly Instance<Request, Result>[] = [];
  /** The sizes that come when the present resize is over, in their order. */
  #ahead: readonly { readonly size: number }[] = [];

  /** @param resized Told how many instances there are now. */
  constructor(context: InstanceContext<Request, Result>, resized: (size: number) => void) {
    this.#context = context;
    this.#resized = resized;
  }

  get all(): readonly Instance<Request, Result>[] {
    return this.#instances;
  }

  /** Whether instances are going to be added without anybody's help. */
  get growing(): boolean {
    let staying = this.#instances.filter(({ retiring }) => !retiring).length;
    return this.#ahead.some(({ size }) => {
      const grows = size > staying;
      staying = size;
      return grows;
    });
  }

  at(index: number): Instance<Request, Result> | undefined {
    const instance = this.#instances[index];
    // An index from a caller without types may be "0".
    return instance?.index === index ? instance : undefined;
  }

  grow(size: number): void {
    for (let index = this.#instances.length; index < size; index += 1) {
      const instance = new Instance(index, this.#context);
      this.#instances = [...this.#instances, instance];
      // Its failure shows in its state, and reaches those who wait from there.
      if (this.#context.options.start === "eager") void instance.start().catch(() => {});
    }
    this.#resized(this.#instances.length);
    this.#context.changed();
  }

  /**
   * @param proceed Asked before each step: a pool that closes meanwhile must not grow.
   * @param released Resolves when a lease was given back, or the pool closes.
   */
  resize(size: number, proceed: () => boolean, released: () => Promise<void>): Promise<void> {
    const goal = { size };
    this.#ahead = [...this.#ahead, goal];
    return this.#resizing.run(async () => {
      this.#ahead = this.#ahead.filter((other) => other !== goal);
      if (!proceed()) return;
      if (size >= this.#instances.length) this.grow(size);
      else await this.#shrink(size, proceed, released);
    });
  }

  async #shrink(
    size: number,
    proceed: () => boolean,
    released: () => Promise<void>,
  ): Promise<void> {
    const leaving = this.#instances.slice(size);
    for (const instance of leaving) instance.retire();
    while (proceed() && leaving.some((instance) => instance.occupancy !== "free")) await released();
    if (!proceed()) return;
    await Promise.all(leaving.map((instance) => instance.leave()));
    this.#instances = this.#instances.slice(0, size);
    this.#resized(size);
    this.#context.changed();
  }
}

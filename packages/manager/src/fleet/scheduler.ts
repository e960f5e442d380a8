import {
  failureClassOf,
  PoolError,
  ProcessExitedError,
  ToolFailure,
  type TurnOptions,
} from "@cluster/pool";
import type { Conversation } from "../conversation/conversation.ts";
import { ManagerError } from "../errors/manager-error.ts";
import type { ClusterTurn } from "../turn/cluster-turn.ts";
import { choosePlaces } from "./choose-places.ts";
import type { FailedAttempt } from "./fleet-turn.ts";
import type { Member } from "./member.ts";
import { FleetQueue, type Item } from "./queue.ts";
import { withoutInstances } from "./refusals.ts";

/** An instance may be lost before the tool hears of a request: then it waits again, so often. */
const MISSES = 3;

/** Who hears of what becomes of requests. */
export interface SchedulerListener<Request, Result> {
  assigned(item: Item<Request, Result>, member: Member<Request, Result>, turn: ToolTurn): void;
  failedOver(item: Item<Request, Result>, attempt: FailedAttempt): void;
  done(): void;
  failed(): void;
}

/** Where a request runs. */
export interface ToolTurn {
  readonly instance: number;
  readonly turn: number;
}

/**
 * Brings requests and tools together. A request is bound when an instance is there for it, so that none
 * waits behind a slow tool while another one is free.
 */
export class Scheduler<Request, Result> {
  readonly queue: FleetQueue<Request, Result> = new FleetQueue();
  readonly #members: readonly Member<Request, Result>[];
  readonly #listener: SchedulerListener<Request, Result>;
  #atWork = 0;
  #planned = false;
  #closed: Error | null = null;
  #idle: PromiseWithResolvers<void> | null = null;

  constructor(
    members: readonly Member<Request, Result>[],
    listener: SchedulerListener<Request, Result>,
  ) {
    this.#members = members;
    this.#listener = listener;
  }

  get atWork(): number {
    return this.#atWork;
  }

  add(item: Item<Request, Result>): void {
    if (this.#closed === null) {
      this.queue.add(item);
      this.look();
    } else this.#reject(item, this.#closed);
  }

  /** Resolves when nothing waits or is at work. */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  close(error: Error): void {
    this.#closed = error;
    for (const item of this.queue.clear()) this.#reject(item, error);
  }

  /** Gives up a request that waits. */
  giveUp(item: Item<Request, Result>, error: Error): void {
    if (this.queue.remove(item)) this.#reject(item, error);
  }

  /** Looks soon: requests that are sent together are seen together. */
  look(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      for (const item of this.queue.takeStranded())
        this.#reject(item, withoutInstances(item.members));
      const waiting = this.queue.size;
      for (const [member, wanted] of choosePlaces(this.queue.lanes())) {
        const alone = waiting === 1 && wanted === 1;
        while (member.seeking < wanted) void this.#seek(member, alone);
      }
    });
  }

  get #open(): number {
    return this.queue.size + this.#atWork;
  }

  /** Applies for an instance, and gives it whatever is first when it is there. */
  async #seek(member: Member<Request, Result>, alone: boolean): Promise<void> {
    member.seeking += 1;
    const conversation = member.conversation(alone);
    let instance: number;
    try {
      instance = await conversation.open();
    } catch (error) {
      member.seeking -= 1;
      this.#unseated(member, error);
      return;
    }
    member.seeking -= 1;
    const item = member.provider.room > 0 ? this.queue.takeFor(member) : null;
    if (item === null) await conversation.close("keep");
    else await this.#run(item, member, conversation, instance);
    this.look();
  }

  async #run(
    item: Item<Request, Result>,
    member: Member<Request, Result>,
    conversation: Conversation<Request, Result>,
    instance: number,
  ): Promise<void> {
    this.#atWork += 1;
    member.busy += 1;
    member.provider.busy += 1;
    const options: TurnOptions = item.options;
    const inner = conversation.run(item.request, options);
    item.control.follow(member.name, inner);
    this.#listener.assigned(item, member, { instance, turn: inner.id });
    try {
      const result = await inner;
      member.provider.answered();
      item.control.resolve(result);
      this.#listener.done();
    } catch (error) {
      this.#failed(item, member, inner, error);
    } finally {
      this.#atWork -= 1;
      member.provider.busy -= 1;
      await conversation.close(member.afterTurn);
      member.busy -= 1;
      this.#settled();
    }
  }

  #failed(
    item: Item<Request, Result>,
    member: Member<Request, Result>,
    inner: ClusterTurn<Result>,
    error: unknown,
  ): void {
    if (neverBegan(error, inner) && item.misses < MISSES && this.#closed === null) {
      item.misses += 1;
      item.control.missed();
      this.queue.add(item);
      return;
    }
    this.#goOn(item, member, inner.instance, error);
  }

  /** A tool has no instance to give, and will have none: nobody waits for it any more. */
  #unseated(member: Member<Request, Result>, error: unknown): void {
    // A shutdown has told them already. Who was scaled to nothing has failed nobody.
    if (this.#closed === null && !member.isEmpty) {
      for (const item of this.queue.takeAllFor(member)) {
        const others = othersFor(item, member);
        // It was never asked: whoever else may take the request does, whatever is said of failures.
        if (others.length > 0) this.#pass(item, member, null, error, others);
        else this.#goOn(item, member, null, error);
      }
    }
    this.#settled();
    this.look();
  }

  /** Another tool, if that is wanted after such a failure and there is one. */
  #goOn(
    item: Item<Request, Result>,
    member: Member<Request, Result>,
    instance: number | null,
    error: unknown,
  ): void {
    const failureClass = failureClassOf(error);
    const others = othersFor(item, member);
    if (failureClass !== null) this.#noteFailure(member, error);
    const wanted = failureClass !== null && item.failOver.includes(failureClass);
    if (wanted && others.length > 0 && this.#closed === null)
      this.#pass(item, member, instance, error, others);
    else this.#reject(item, error);
  }

  #pass(
    item: Item<Request, Result>,
    member: Member<Request, Result>,
    instance: number | null,
    error: unknown,
    others: readonly Member<Request, Result>[],
  ): void {
    this.#noteFailure(member, error);
    const failureClass = failureClassOf(error) ?? "environment";
    const attempt = { tool: member.name, instance, failureClass, error };
    item.control.failedOver(attempt);
    item.members = others;
    item.named = null;
    this.queue.add(item);
    this.#listener.failedOver(item, attempt);
  }

  #noteFailure(member: Member<Request, Result>, error: unknown): void {
    const failureClass = failureClassOf(error);
    if (failureClass === null) return;
    const asked = error instanceof ToolFailure ? error.retryAfterMs : undefined;
    const message = error instanceof Error ? error.message : String(error);
    member.provider.failed(failureClass, message, asked);
  }

  #reject(item: Item<Request, Result>, error: unknown): void {
    if (item.control.ended) return;
    item.control.reject(error);
    this.#listener.failed();
    this.#settled();
  }

  #settled(): void {
    if (this.#open > 0) return;
    this.#idle?.resolve();
    this.#idle = null;
  }
}

/** Who else may take a request, and is there to take it. */
function othersFor<Request, Result>(
  { members }: Item<Request, Result>,
  member: Member<Request, Result>,
): readonly Member<Request, Result>[] {
  return members.filter((other) => other !== member && !other.isEmpty);
}

/** Nothing was sent: the process was gone before. */
function neverBegan(error: unknown, { started }: { readonly started: boolean }): boolean {
  if (error instanceof ManagerError) return error.code === "CONVERSATION_LOST";
  if (started || !(error instanceof PoolError) || error instanceof ProcessExitedError) return false;
  return error.code === "PROCESS_EXITED" || error.code === "INSTANCE_UNAVAILABLE";
}

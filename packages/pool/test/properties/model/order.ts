import { whereabouts } from "./at-rest.ts";
import type { Model } from "./model.ts";
import type { InstanceModel, LeaseModel, RequestModel } from "./records.ts";

/**
 * Nobody is served before one of a higher priority, nor before one of the same caller who has waited
 * longer, nor twice before another caller who waits; and a key stays where it is.
 */
export function checkOrder(model: Model, instance: InstanceModel, request: RequestModel): void {
  const { key, instance: wanted } = request.wish;
  const home = key === undefined ? "nowhere" : whereabouts(model, key);
  if (wanted === undefined && typeof home === "number") {
    model.expect(home === instance.index, () => {
      return `${request.nonce} with key ${key} began on instance ${instance.index}, its conversation is on ${home}`;
    });
  }
  for (const other of model.requests) {
    if (other === request || other.state !== "queued" || other.lease !== null) continue;
    if (other.givenUp || !wants(model, other, instance.index)) continue;
    const why = whyFirst(model, other, request);
    if (why !== null) model.fail(`${request.nonce} began before ${other.nonce}, which ${why}`);
  }
}

/** Why another one should have been served before this one; null when it need not have been. */
function whyFirst(model: Model, other: RequestModel, request: RequestModel): string | null {
  const { wish, order } = request;
  const [priority, caller] = [wish.priority ?? 0, wish.fairnessKey];
  const otherPriority = other.wish.priority ?? 0;
  if (otherPriority !== priority) {
    // One that came later comes first only if this one had to wait at all.
    const waited = other.order < order || request.waitedAt < other.since;
    return otherPriority > priority && waited ? "has a higher priority" : null;
  }
  const otherCaller = other.wish.fairnessKey;
  if (otherCaller === caller) return other.order < order ? "has waited longer for it" : null;
  // Of when leases were granted, which have no caller, the model hears too late.
  if (caller === undefined || otherCaller === undefined) return null;
  const served = (who: string): number => lastServed(model, who, priority);
  if (served(caller) <= other.waitedAt || served(otherCaller) > served(caller)) return null;
  return `has waited while caller ${caller} was served before`;
}

/** The step at which a caller was served last at a priority. */
function lastServed(model: Model, caller: string, priority: number): number {
  let last = -1;
  for (const { wish, startedAt } of model.requests) {
    if (wish.fairnessKey === caller && (wish.priority ?? 0) === priority) {
      last = Math.max(last, startedAt);
    }
  }
  return last;
}

/** Whether it may run there, with respect to the instance that it wants. */
export function mayServe(
  model: Model,
  { wish, since }: RequestModel | LeaseModel,
  index: number,
): boolean {
  if (wish.instance === undefined || wish.instance === index) return true;
  return wish.whenGone === "any" && model.wasHopeless(wish.instance, since);
}

/** Whether it certainly waits for this instance, among others or only. */
function wants(model: Model, { wish, mayBeRefused, since }: RequestModel, index: number): boolean {
  if (mayBeRefused) return false;
  const { key, instance, whenGone } = wish;
  if (instance !== undefined) {
    // One whose instance was gone for a while takes any, or the one where its key is.
    const loose = whenGone === "any" && model.wasHopeless(instance, since);
    return !loose && instance === index;
  }
  if (key === undefined) return true;
  const home = whereabouts(model, key);
  // A lease binds its key a moment before its caller has it.
  if (home === "nowhere") return !model.leases.some((lease) => lease.wish.key === key);
  return home === index;
}

import { whereabouts } from "./at-rest.ts";
import type { Model } from "./model.ts";
import type { InstanceModel, RequestModel } from "./records.ts";

/** Nobody is served before one who has waited longer for the same, and a key stays where it is. */
export function checkOrder(model: Model, instance: InstanceModel, request: RequestModel): void {
  const { key, instance: wanted } = request.wish;
  const home = key === undefined ? "nowhere" : whereabouts(model, key);
  if (wanted === undefined && typeof home === "number") {
    model.expect(home === instance.index, () => {
      return `${request.nonce} with key ${key} began on instance ${instance.index}, its conversation is on ${home}`;
    });
  }
  for (const other of model.requests) {
    if (other.state !== "queued" || other.lease !== null || other.givenUp) continue;
    if (other.order >= request.order || !wants(model, other, instance.index)) continue;
    model.fail(`${request.nonce} began before ${other.nonce}, which has waited longer for it`);
  }
}

/** Whether it certainly waits for this instance, among others or only. */
function wants(model: Model, { wish, mayBeRefused }: RequestModel, index: number): boolean {
  if (mayBeRefused) return false;
  if (wish.instance !== undefined) return wish.instance === index;
  const { key } = wish;
  if (key === undefined) return true;
  const home = whereabouts(model, key);
  // A lease binds its key a moment before its caller has it.
  if (home === "nowhere") return !model.leases.some((lease) => lease.wish.key === key);
  return home === index;
}

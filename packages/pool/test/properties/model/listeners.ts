import { getEventListeners } from "node:events";
import type { World } from "./world.ts";

/** Whoever gives a signal along must not find it full of listeners of what is over. */
export function checkListeners({ model, signals }: World): void {
  for (const { signal } of signals.values()) {
    const users = [
      ...model.openRequests.filter(({ wish }) => wish.signal === signal),
      ...model.leases.filter(({ state, wish }) => state === "waiting" && wish.signal === signal),
      ...model.orders.filter((order) => order.pending && order.signal === signal),
    ];
    const listeners = getEventListeners(signal, "abort").length;
    model.expect(listeners <= users.length * 2, () => {
      return `${listeners} listeners on a signal that ${users.length} wait with`;
    });
  }
}

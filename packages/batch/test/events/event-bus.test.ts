import { expect, test } from "vitest";
import { EventBus } from "../../src/events/event-bus.ts";

test("a subscriber that throws harms no other, and unsubscribing ends it", () => {
  const errors: unknown[] = [];
  const bus = new EventBus<number>((error) => errors.push(error));
  const heard: number[] = [];
  bus.subscribe(() => {
    throw new Error("mine");
  });
  const unsubscribe = bus.subscribe((event) => heard.push(event));
  bus.publish(1);
  unsubscribe();
  bus.publish(2);
  expect(heard).toEqual([1]);
  expect(errors).toHaveLength(2);
});

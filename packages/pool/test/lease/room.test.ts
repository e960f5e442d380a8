import { expect, test } from "vitest";
import { Room } from "../../src/lease/room.ts";

test("who is let in and sends nothing leaves the place to the next one, in order", async () => {
  const room = new Room(() => 1);
  const order: number[] = [];
  await Promise.all([1, 2, 3].map((n) => room.wait(undefined).then(() => order.push(n))));
  expect(order).toEqual([1, 2, 3]);
});

test("a place that was promised is promised to nobody else before it is taken", async () => {
  let places = 1;
  const room = new Room(() => places);
  const let1 = room.wait(undefined);
  let second = "waits";
  const let2 = room.wait(undefined).then(() => {
    second = "is in";
  });
  await let1;
  room.offer();
  await Promise.resolve();
  expect(second).toBe("waits");
  room.taken();
  places = 0;
  await new Promise((resolve) => setImmediate(resolve));
  expect(second).toBe("waits");
  places = 1;
  room.offer();
  await let2;
});

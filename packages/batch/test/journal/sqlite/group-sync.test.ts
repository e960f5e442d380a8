import { expect, test } from "vitest";
import { GroupSync } from "../../../src/journal/sqlite/group-sync.ts";

/** A disk whose syncs end when they are told to. */
function slowDisk() {
  const under: PromiseWithResolvers<void>[] = [];
  const group = new GroupSync(() => {
    const one = Promise.withResolvers<void>();
    under.push(one);
    return one.promise;
  });
  return { group, under };
}

/** Long enough for whatever is due without another event. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("what is written in the same tick shares a sync, and what comes meanwhile the next", async () => {
  const { group, under } = slowDisk();
  const first = [group.synced(), group.synced()];
  await settled();
  expect(under).toHaveLength(1);
  let late = 0;
  const second = [group.synced(), group.synced()].map((sync) => sync.then(() => (late += 1)));
  await settled();
  expect(under).toHaveLength(1);
  under[0]?.resolve();
  await Promise.all(first);
  await settled();
  expect([under.length, late]).toEqual([2, 0]);
  under[1]?.resolve();
  await Promise.all(second);
  expect([under.length, late]).toEqual([2, 2]);
});

test("after a sync that failed none is believed: what was not written may be lost for good", async () => {
  const { group, under } = slowDisk();
  const first = group.synced();
  await settled();
  under[0]?.reject(new Error("EIO"));
  await expect(first).rejects.toThrow("EIO");
  await expect(group.synced()).rejects.toThrow("EIO");
  expect(under).toHaveLength(1);
  await group.idle();
});

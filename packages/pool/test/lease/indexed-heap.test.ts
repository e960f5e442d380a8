import fc from "fast-check";
import { expect, test } from "vitest";
import { IndexedHeap } from "../../src/lease/indexed-heap.ts";

test("its first is the least, whatever comes, goes and changes", () => {
  const operation = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), rank: fc.nat(99) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), nth: fc.nat(50) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("move" as const), nth: fc.nat(50), rank: fc.nat(99) }),
    },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200, size: "max" }), (operations) => {
      interface Item {
        heapIndex: number;
        rank: number;
      }
      const heap = new IndexedHeap<Item>((one, other) => one.rank < other.rank);
      const model: Item[] = [];
      for (const step of operations) {
        if (step.do === "add") {
          const item = { heapIndex: -1, rank: step.rank };
          heap.add(item);
          model.push(item);
        } else {
          const item = model[step.nth];
          if (item === undefined) continue;
          if (step.do === "move") {
            item.rank = step.rank;
            heap.moved(item);
          } else {
            heap.remove(item);
            expect(item.heapIndex).toBe(-1);
            model.splice(step.nth, 1);
          }
        }
        expect(new Set(heap.items)).toEqual(new Set(model));
        expect(heap.first?.rank).toBe(
          model.length === 0 ? undefined : Math.min(...model.map(({ rank }) => rank)),
        );
      }
      // What comes out in the end is sorted: nothing is out of place anywhere.
      const out: number[] = [];
      for (let item = heap.first; item !== null; item = heap.first) {
        heap.remove(item);
        out.push(item.rank);
      }
      expect(out).toEqual([...out].sort((one, other) => one - other));
    }),
    { numRuns: 500 },
  );
});

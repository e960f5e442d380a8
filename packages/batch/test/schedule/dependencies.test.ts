import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Dependencies, type Linked, type Standing } from "../../src/schedule/dependencies.ts";

const never = (): Standing => {
  throw new Error("nobody is outside");
};

describe("tasks that wait", () => {
  it("begin when all that go before them have ended well", () => {
    const tasks = [{ id: "c", after: ["a", "b"] }, { id: "a" }, { id: "b" }];
    const dependencies = new Dependencies(tasks, never);
    expect(dependencies.begin).toEqual({ ready: ["a", "b"], skipped: [] });
    expect(dependencies.ended("b", "met")).toEqual({ ready: [], skipped: [] });
    expect(dependencies.ended("a", "met")).toEqual({ ready: ["c"], skipped: [] });
  });

  it("are skipped with all that wait for them, because of the one that failed", () => {
    const tasks = [
      { id: "a" },
      { id: "b", after: ["a"] },
      { id: "c", after: ["b"] },
      { id: "d", after: ["c", "a"] },
    ];
    const dependencies = new Dependencies(tasks, never);
    const skipped = ["b", "c", "d"].map((id) => ({ id, because: "a" }));
    expect(dependencies.ended("a", "failed")).toEqual({ ready: [], skipped });
  });

  it("know how those stand that ended before", () => {
    const tasks = [
      { id: "x", after: ["well"] },
      { id: "y", after: ["badly", "well"] },
      { id: "z", after: ["y"] },
    ];
    const standing = (id: string): Standing => (id === "well" ? "met" : "failed");
    expect(new Dependencies(tasks, standing).begin).toEqual({
      ready: ["x"],
      skipped: ["y", "z"].map((id) => ({ id, because: "badly" })),
    });
  });

  it("may be a long chain", () => {
    const tasks = Array.from(
      { length: 100_000 },
      (_, i): Linked => ({
        id: String(i),
        after: i === 0 ? [] : [String(i - 1)],
      }),
    );
    expect(new Dependencies(tasks, never).ended("0", "failed").skipped).toHaveLength(99_999);
  });
});

/** Tasks that only wait for tasks of smaller number, or for one of those that ended before. */
const runs = fc
  .array(
    fc.record({
      after: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
      fails: fc.boolean(),
      outside: fc.constantFrom("none", "none", "none", "met", "failed"),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((tasks) =>
    tasks.map(({ after, fails, outside }, i) => ({
      id: `t${i}`,
      fails,
      after: [
        ...after.filter((other) => other < i).map((other) => `t${other}`),
        ...(outside === "none" ? [] : [outside]),
      ],
    })),
  );

it("each task begins once, after all before it ended well, or is skipped once, since one did not", () => {
  fc.assert(
    fc.property(runs, fc.array(fc.nat()), (tasks, choices) => {
      const shuffled = tasks.toSorted((a, b) => a.id.localeCompare(b.id));
      const dependencies = new Dependencies(shuffled, (id) => id as Standing);
      const byId = new Map(tasks.map((task) => [task.id, task]));
      const ended = new Map<string, Standing>([
        ["met", "met"],
        ["failed", "failed"],
      ]);
      const ready: string[] = [];
      const begun = new Set<string>();
      const take = (released: Dependencies["begin"]): void => {
        for (const id of released.ready) {
          for (const other of byId.get(id)?.after ?? []) expect(ended.get(other)).toBe("met");
          expect(begun.has(id) || ended.has(id)).toBe(false);
          begun.add(id);
          ready.push(id);
        }
        for (const { id, because } of released.skipped) {
          expect(begun.has(id) || ended.has(id)).toBe(false);
          expect(ended.get(because)).toBe("failed");
          ended.set(id, "failed");
        }
        for (const { id } of released.skipped) {
          const before = byId.get(id)?.after ?? [];
          expect(before.some((other) => ended.get(other) === "failed")).toBe(true);
        }
      };
      take(dependencies.begin);
      for (let step = 0; ready.length > 0; step += 1) {
        const [id = ""] = ready.splice((choices[step] ?? 0) % ready.length, 1);
        const standing = byId.get(id)?.fails ? "failed" : "met";
        ended.set(id, standing);
        take(dependencies.ended(id, standing));
      }
      expect(ended.size).toBe(tasks.length + 2);
    }),
  );
});

import { keyTasks } from "@cluster/batch";
import { expect, test } from "vitest";

const DEFAULTS = { tool: "aider", model: null, verify: null };

test("a key follows from what is asked for, not from the place in the list", () => {
  const [a, b] = keyTasks(
    [
      { prompt: "do", files: ["a"] },
      { prompt: "do", files: ["b"] },
    ],
    DEFAULTS,
  );
  const [again] = keyTasks([{ prompt: "do", files: ["b"] }], DEFAULTS);
  expect(again?.id).toBe(b?.id);
  expect(again?.index).toBe(0);
  expect(a?.id).not.toBe(b?.id);
});

test("prompt, paths, tool, model and verify command each change the key", () => {
  const task = { prompt: "do", files: ["a"] };
  const ids = [
    keyTasks([task], DEFAULTS),
    keyTasks([{ ...task, prompt: "do it" }], DEFAULTS),
    keyTasks([{ ...task, readOnlyFiles: ["r"] }], DEFAULTS),
    keyTasks([task], { ...DEFAULTS, tool: "other" }),
    keyTasks([task], { ...DEFAULTS, model: "m" }),
    keyTasks([task], { ...DEFAULTS, verify: "true" }),
    keyTasks([{ ...task, model: "n" }], { ...DEFAULTS, model: "m" }),
  ].map(([keyed]) => keyed?.id);
  expect(new Set(ids).size).toBe(ids.length);
  // A task's own model counts the same as the run's.
  const [own] = keyTasks([{ ...task, model: "m" }], DEFAULTS);
  expect(own?.id).toBe(ids[4]);
});

test("equal tasks get an ordinal", () => {
  const task = { prompt: "do", files: ["a"] };
  const ids = keyTasks([task, task, task], DEFAULTS).map(({ id }) => id);
  expect(ids).toEqual([ids[0], `${ids[0]}-2`, `${ids[0]}-3`]);
});

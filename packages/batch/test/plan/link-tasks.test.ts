import { keyTasks, type TaskInput } from "@cluster/batch";
import { expect, it } from "vitest";

const DEFAULTS = { tool: "aider", model: null, verify: null };
const task = (name: string, ...after: string[]): TaskInput => ({
  prompt: name,
  files: [],
  name,
  after,
});

it("a task has the ids of those it waits for", () => {
  const [a, b, c] = keyTasks([task("a", "b", "c", "b"), task("b"), task("c", "b")], DEFAULTS);
  expect(a?.after).toEqual([b?.id, c?.id]);
  expect(b?.after).toBeUndefined();
  expect(c?.after).toEqual([b?.id]);
});

it("what a task is called and waits for is no part of its key, its tool is", () => {
  const plain = { prompt: "x", files: [] };
  const [first, ...others] = [
    plain,
    { ...plain, name: "n" },
    { ...plain, tool: "aider" },
    { ...plain, tool: "other" },
  ].map((input) => keyTasks([input], DEFAULTS)[0]?.id);
  expect(others.map((id) => id === first)).toEqual([true, true, false]);
});

it.each([
  [[task("a", "x")], "DEPENDENCY_UNKNOWN", /task 1 of 1.* found "x"; there is a/],
  [[task("a"), task("a")], "NAME_TAKEN", /task 2 of 2: .*"a", which task 1 of 2/],
  [[task("a", "a")], "DEPENDENCY_CYCLE", /a → a/],
  [
    [task("z"), task("a", "b"), task("b", "c"), task("c", "a")],
    "DEPENDENCY_CYCLE",
    /a → b → c → a/,
  ],
])("refuses %j", (tasks, code, message) => {
  expect(() => keyTasks(tasks, DEFAULTS)).toThrow(expect.objectContaining({ code }));
  expect(() => keyTasks(tasks, DEFAULTS)).toThrow(message);
});

it("a chain may be long", () => {
  const many = Array.from({ length: 50_000 }, (_, i) =>
    i === 0 ? task("0") : task(String(i), String(i - 1)),
  ).reverse();
  expect(keyTasks(many, DEFAULTS)).toHaveLength(50_000);
});

import { tasksFromFiles } from "@cluster/batch";
import { expect, test } from "vitest";

test("one task for each file, with the same message", () => {
  expect(tasksFromFiles(["a", "b"], "do", { model: "m" })).toEqual([
    { prompt: "do", files: ["a"], model: "m" },
    { prompt: "do", files: ["b"], model: "m" },
  ]);
});

test("an empty message and an empty list are refused", () => {
  expect(() => tasksFromFiles(["a"], " \n")).toThrow(
    expect.objectContaining({ code: "EMPTY_MESSAGE" }),
  );
  expect(() => tasksFromFiles([], "do")).toThrow(expect.objectContaining({ code: "NO_TASKS" }));
});

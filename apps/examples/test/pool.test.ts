import { expect, test } from "vitest";
import { runExample } from "./run-example.ts";

test("the pool alone keeps python interpreters warm, and stops a turn without losing its process", async () => {
  const lines = (await runExample("pool-python.ts")).split("\n");
  expect(lines).toEqual([
    "0 1 4 9 16 25 36 49 64 81 100 121",
    "The turn took longer than 200 ms.",
    "still here",
  ]);
});

test("the pool alone keeps a shell on a terminal, and ^C ends its job and not the shell", async () => {
  const lines = (await runExample("pool-terminal.ts")).split("\n");
  expect(lines).toEqual([
    "on a terminal",
    "200 1000",
    "green",
    "The turn took longer than 200 ms.",
    "still here",
  ]);
});

test("the pool alone runs a JSON-lines program on four processes", async () => {
  const lines = (await runExample("pool-json-lines.ts")).split("\n");
  expect(lines).toEqual(["4 processes", "one two three", "done 7, failed 0, queued 0, running 0"]);
});

test("an adapter of one's own in twenty lines keeps a shell's context in a lease", async () => {
  const lines = (await runExample("own-adapter.ts")).split("\n");
  expect(lines).toEqual(["/", "/usr"]);
});

import { expect, test } from "vitest";
import { runExample } from "./run-example.ts";

test("the cluster API goes from launch to metrics step by step", async () => {
  expect((await runExample("cluster-api.ts")).split("\n")).toEqual([
    "1. 3 of 3 alive",
    "2. instance 0 says hello",
    "3. quick, then slow",
    "4. a b c d e",
    "5. 5 instances, new process: true",
    "6. sent 10, received 10",
  ]);
});

test("a conversation keeps its context to itself, and leaves none behind", async () => {
  expect((await runExample("conversation.ts")).split("\n")).toEqual([
    "fruit: apple,pear",
    "tools: hammer,saw",
    "next: []",
  ]);
});

test("an adapter that exists gets a pool, and falls back to one-shot without it", async () => {
  expect((await runExample("pool-aware.ts")).split("\n")).toEqual([
    "true pooled hello",
    "(disabled)",
    "false one-shot hello",
  ]);
});

test("a fleet routes by capability and name, and goes on with another tool", async () => {
  expect((await runExample("fleet.ts")).split("\n")).toEqual([
    "reviewer: looks good",
    "writer: a page",
    "refused: auth",
    "3 done, 1 failed over",
  ]);
});

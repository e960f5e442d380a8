import { expect, test } from "vitest";
import { failureCode } from "../../src/git/failure.ts";

test("a worktree that another process is just making is waited for like a lock", () => {
  const stderr =
    "Preparing worktree (detached HEAD a9b4fc5)\n" +
    "fatal: failed to read .git/worktrees/01/commondir: Success";
  expect(failureCode(stderr)).toBe("LOCKED");
});

test("what git says in words that nobody knows stays git's own failure", () => {
  expect(failureCode("fatal: something new")).toBe("GIT_FAILED");
});

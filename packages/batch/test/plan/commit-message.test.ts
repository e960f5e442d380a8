import { expect, test } from "vitest";
import { commitMessage } from "../../src/plan/commit-message.ts";

test("the subject is the prompt's first line and the file", () => {
  expect(commitMessage("Add a header\n\nMore about it.\n", ["a.md"])).toBe(
    "Add a header (a.md)\n\nMore about it.",
  );
  expect(commitMessage("Do", ["a", "b", "c"])).toBe("Do (a and 2 more)");
  expect(commitMessage("Do", [])).toBe("Do");
});

test("a long first line is cut in the subject and whole in the body", () => {
  const message = commitMessage("é".repeat(100), ["a.md"]);
  const [subject = "", , body] = message.split("\n");
  expect([...subject].length).toBeLessThanOrEqual(72);
  expect(subject).toMatch(/…/);
  expect(body).toBe("é".repeat(100));
});

test("a huge prompt does not make a huge commit message", () => {
  expect(commitMessage("x".repeat(300_000), ["a.md"]).length).toBeLessThan(5000);
});

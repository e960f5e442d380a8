import type { AgentPermissions, Answer } from "@cluster/pool";
import { describe, expect, test } from "vitest";
import { Questions } from "../../src/questions/answer.ts";
import { topicOf } from "../../src/questions/topic.ts";

async function answer(
  text: string,
  permissions: AgentPermissions,
  { subject = "x.md", policy = true }: { subject?: string; policy?: boolean } = {},
): Promise<{ answer: Answer; asked: boolean }> {
  let asked = false;
  const questions = new Questions(permissions, async () => {
    asked = true;
    return { kind: "confirm", yes: policy };
  });
  return { answer: await questions.answer({ kind: "confirm", text, subject }), asked };
}

test.each([
  ["Run shell command?", "run-command"],
  ["Run shell commands?", "run-command"],
  ["Create new file?", "create-file"],
  ["No files matched 'x'. Do you want to create /r/x?", "create-file"],
  ["Allow edits to file that has not been added to the chat?", "edit-file"],
  ["Add file to the chat?", "add-file"],
  ["Add URL to the chat?", "open-url"],
  ["Open URL for more info?", "open-url"],
  ["Open documentation url for more info?", "open-url"],
  ["Login to OpenRouter or create a free account?", "open-url"],
  ["Try to proceed anyway?", "other"],
])("%s is about %s", (text, topic) => {
  expect(topicOf(text)).toBe(topic);
});

describe("who decides", () => {
  test.each([
    ["Run shell command?", {}, false],
    ["Run shell command?", { commands: true }, true],
    ["Add command output to the chat?", { commands: true }, true],
    ["Open URL for more info?", {}, false],
    ["Open URL for more info?", { urls: true }, true],
    ["Create new file?", {}, true],
    ["Create new file?", { createFiles: false }, false],
    ["Attempt to fix lint errors?", {}, true],
  ] as const)("%s with %j: the permissions say %s", async (text, permissions, yes) => {
    const decided = await answer(text, permissions, { policy: !yes });
    expect(decided).toEqual({ answer: { kind: "confirm", yes }, asked: false });
  });

  test.each([
    "Allow edits to file that has not been added to the chat?",
    "Add file to the chat?",
    "Try to proceed anyway?",
  ])("%s: the policy", async (text) => {
    expect(await answer(text, {}, { policy: true })).toMatchObject({
      answer: { yes: true },
      asked: true,
    });
    expect(await answer(text, {}, { policy: false })).toMatchObject({ answer: { yes: false } });
  });

  test.each(["../x.md", "/etc/passwd", "a/../../x.md"])(
    "nobody may allow a file outside the repository: %s",
    async (subject) => {
      for (const text of ["Create new file?", "Add file to the chat?", "Allow edits to file"]) {
        const decided = await answer(text, { createFiles: true }, { subject });
        expect(decided).toEqual({ answer: { kind: "confirm", yes: false }, asked: false });
      }
    },
  );
});

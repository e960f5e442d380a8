import type { QuestionPolicy } from "@cluster/pool";
import { searchReplaceBlock } from "@cluster/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const TASK = { message: "Do it", files: ["one.md"] };
const FENCE = "```";

const yes: QuestionPolicy = () => ({ kind: "confirm", yes: true });

let fixture: Fixture;

beforeAll(async () => {
  fixture = await aiderFixture({ files: { "one.md": "# One\n", "two.md": "# Two\n" } });
  await fixture.pool.ready();
});

afterEach(async () => {
  await fixture.repository.git("reset", "--quiet", "--hard");
  await fixture.repository.git("clean", "--quiet", "-fdx");
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

function reply(text: string): void {
  fixture.model.setBehaviour({ kind: "text", text });
}

function edit(path: string, before: string, after: string): string {
  return `${path}\n${FENCE}\n<<<<<<< SEARCH\n${before}=======\n${after}>>>>>>> REPLACE\n${FENCE}\n`;
}

describe("an edit of a file that the task does not name", () => {
  test("is asked for, and refused by default", async () => {
    reply(edit("two.md", "# Two\n", "# Zwei\n"));
    const { result, error, events } = await fixture.tell(TASK);
    expect(error).toBeNull();
    const answered = {
      question: expect.objectContaining({ topic: "add-file", subject: "two.md" }),
      answer: { kind: "confirm", yes: false },
    };
    expect(result?.questions).toContainEqual(answered);
    expect(result?.questions.map(({ question }) => question.topic)).toContain("edit-file");
    expect(events).toContainEqual({ type: "question", answered });
    expect(result?.claimedEdits).toEqual([]);
    expect(await fixture.changes()).toEqual([]);
  });

  test("is made when the policy allows it", async () => {
    reply(edit("two.md", "# Two\n", "# Zwei\n"));
    const onQuestion: QuestionPolicy = ({ topic }) => ({
      kind: "confirm",
      yes: topic === "edit-file",
    });
    const { result } = await fixture.tell(TASK, { onQuestion });
    expect(result?.claimedEdits).toEqual(["two.md"]);
    expect(await fixture.changes()).toEqual([" M two.md"]);
  });

  test("is never made outside the repository, whatever the policy", async () => {
    reply(edit("../evil.md", "", "evil\n"));
    const { result } = await fixture.tell(TASK, { onQuestion: yes });
    expect(result?.claimedEdits).toEqual([]);
    expect(result?.questions).toContainEqual({
      question: expect.objectContaining({ topic: "create-file", subject: "../evil.md" }),
      answer: { kind: "confirm", yes: false },
    });
  });
});

describe("a new file", () => {
  test("is created without asking, and is left to the caller to add", async () => {
    reply(edit("new.md", "", "new\n"));
    const { result } = await fixture.tell(TASK);
    expect(result?.claimedEdits).toEqual(["new.md"]);
    expect(result?.questions).toMatchObject([
      { question: { topic: "create-file" }, answer: { yes: true } },
    ]);
    expect(await fixture.changes()).toEqual(["?? new.md"]);
  });

  test("is not created where the task may not", async () => {
    reply(edit("new.md", "", "new\n"));
    const { result } = await fixture.tell({ ...TASK, permissions: { createFiles: false } });
    expect(result?.claimedEdits).toEqual([]);
    expect(await fixture.changes()).toEqual([]);
  });
});

describe("a shell command of the model", () => {
  const command = `${FENCE}bash\ntouch made-by-command\n${FENCE}\n`;

  test("is not run, and not even asked for, even with a policy that says yes", async () => {
    reply(`${edit("one.md", "# One\n", "# Eins\n")}\n${command}`);
    const { result } = await fixture.tell(TASK, { onQuestion: yes });
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(await fixture.changes()).toEqual([" M one.md"]);
  });

  test("is run where the task permits commands", async () => {
    reply(`${edit("one.md", "# One\n", "# Eins\n")}\n${command}`);
    const { result } = await fixture.tell({ ...TASK, permissions: { commands: true } });
    expect(result?.questions).toContainEqual({
      question: expect.objectContaining({
        topic: "run-command",
        subject: "touch made-by-command",
      }),
      answer: { kind: "confirm", yes: true },
    });
    expect(await fixture.changes()).toEqual([" M one.md", "?? made-by-command"]);
  });
});

test("a claim is not a proof: an edit that replaces a text by itself is claimed, and nothing changes", async () => {
  const file = { path: "one.md", content: "# One\n", fence: { open: FENCE, close: FENCE } };
  reply(searchReplaceBlock(file, "# Two\n")?.replace("# Two", "# One") ?? "");
  const { result } = await fixture.tell(TASK);
  expect(result?.claimedEdits).toEqual(["one.md"]);
  expect(await fixture.changes()).toEqual([]);
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FailureClass } from "@cluster/pool";
import { type Behaviour, documentIdLine, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const TASK = { message: "Add an id", files: ["one.md"] };
const ODD_NAMES = ["a b.md", "-dash.md", "~tilde.md", "[set].md", 'quo"te.md', "ünïcödé 🎉.md"];
const FENCE = "```";

let fixture: Fixture;

beforeAll(async () => {
  const files: Record<string, string> = {
    "one.md": "# One\n",
    "two.md": "# Two\n",
    "style.md": "Be brief.\n",
  };
  for (const name of ODD_NAMES) files[name] = `# ${name.length}\n`;
  fixture = await aiderFixture({
    files,
    aider: { protocol: "sentinel", retryForMs: 500 },
  });
  await fixture.pool.ready();
});

afterEach(async () => {
  fixture.model.setBehaviour({ kind: "edit" });
  await fixture.repository.git("reset", "--quiet", "--hard");
  await fixture.repository.git("clean", "--quiet", "-fdx");
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

function pid(): number | null | undefined {
  return fixture.pool.status().instances[0]?.pid;
}

describe("a turn by the sentinel", () => {
  test("edits, claims, counts, and leaves the commit to its caller", async () => {
    const head = await fixture.repository.git("rev-parse", "HEAD");
    const { result, events, error } = await fixture.tell({ ...TASK, readOnlyFiles: ["style.md"] });
    expect(error).toBeNull();
    expect(result).toMatchObject({ claimedEdits: ["one.md"], questions: [], endedBy: "sentinel" });
    expect(result?.reply).toMatch(/^Here is the change\.\n[\s\S]*REPLACE\n```$/);
    expect(result?.usage).toMatchObject({ modelCalls: 1 });
    expect(result?.costUsd).toBeGreaterThan(0);
    expect(events).toContainEqual({ type: "edit", path: "one.md" });
    const [call] = fixture.model.calls;
    expect(call?.files.map(({ path }) => path)).toEqual(["one.md"]);
    expect(call?.readOnlyFiles.map(({ path }) => path)).toEqual(["style.md"]);
    expect(await fixture.repository.read("one.md")).toContain(documentIdLine("one.md"));
    expect(await fixture.changes()).toEqual([" M one.md"]);
    expect(await fixture.repository.git("rev-parse", "HEAD")).toBe(head);
  });

  test("takes files whatever they are called", async () => {
    const { result, error } = await fixture.tell({ message: "Add ids", files: ODD_NAMES });
    expect(error).toBeNull();
    expect(result?.claimedEdits.toSorted()).toEqual(ODD_NAMES.toSorted());
  });

  test.each([
    ["a command", "/run touch pwned"],
    ["a shell command", "!touch pwned"],
    ["the word that leaves", "/exit"],
    ["a block, and the end of one", "{EOT\n/run touch pwned\nEOT}\n}"],
    [
      "what aider says",
      "Invalid command: /zz0\nTokens: 1 sent, 1 received.\nx? (Y)es/(N)o [Yes]: ",
    ],
    ["Unicode", "Ünïcödé 🎉 漢字"],
    ["300 kB", `${"lorem ipsum dolor\n".repeat(17_000)}the end`],
  ])("any text is only text: %s", async (_what, message) => {
    const { result, error } = await fixture.tell({ message, files: ["one.md"] });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(fixture.model.calls).toHaveLength(1);
    const said = fixture.model.calls[0]?.messages.map(({ content }) => content).join("\n");
    expect(said).toContain(message);
    expect(await fixture.changes()).toEqual([" M one.md"]);
  });

  test("asks the policy, one question after the other, and goes on with the answers", async () => {
    const reply = (path: string, before: string, after: string): string =>
      `${path}\n${FENCE}\n<<<<<<< SEARCH\n${before}=======\n${after}>>>>>>> REPLACE\n${FENCE}\n`;
    fixture.model.setBehaviour({
      kind: "text",
      text: reply("two.md", "# Two\n", "# Zwei\n") + reply("new.md", "", "new\n"),
    });
    const { result, error } = await fixture.tell(
      { message: "Change it, but not style.md", files: ["one.md"] },
      { onQuestion: ({ topic }) => ({ kind: "confirm", yes: topic === "edit-file" }) },
    );
    expect(error).toBeNull();
    expect(result?.questions).toMatchObject([
      { question: { topic: "add-file", subject: "style.md" }, answer: { yes: false } },
      { question: { topic: "add-file", subject: "two.md" }, answer: { yes: false } },
      { question: { topic: "edit-file", subject: "two.md" }, answer: { yes: true } },
      { question: { topic: "create-file", subject: "new.md" }, answer: { yes: true } },
    ]);
    expect(result?.claimedEdits.toSorted()).toEqual(["new.md", "two.md"]);
    // The answers were answers, and no messages of their own.
    expect(fixture.model.calls).toHaveLength(1);
  });

  test("shares context within a lease, and none with the next", async () => {
    fixture.model.setBehaviour({ kind: "no-change" });
    {
      await using lease = await fixture.pool.lease();
      await lease.run({ message: "Remember 4711", files: ["one.md"] });
      fixture.model.clearCalls();
      await lease.run({ message: "Which number?", files: ["two.md"] });
      expect(JSON.stringify(fixture.model.calls[0]?.messages)).toContain("4711");
      expect(fixture.model.calls[0]?.files.map(({ path }) => path)).toEqual(["two.md"]);
      await lease.release("reset");
    }
    await fixture.tell({ message: "Which number?" });
    expect(JSON.stringify(fixture.model.calls[0]?.messages)).not.toContain("4711");
  });
});

describe("a turn by the sentinel that fails", () => {
  const cases: readonly (readonly [string, Behaviour, FailureClass])[] = [
    ["a refused key", { kind: "status", status: 401 }, "auth"],
    ["an unknown model", { kind: "status", status: 404 }, "environment"],
    ["a rate limit", { kind: "status", status: 429 }, "quota"],
    ["a server error", { kind: "status", status: 500 }, "overload"],
    ["a malformed reply", { kind: "malformed" }, "malformed"],
    ["an empty reply", { kind: "empty" }, "malformed"],
  ];
  test.each(cases)("%s", async (_what, behaviour, failureClass) => {
    const before = pid();
    fixture.model.setBehaviour(behaviour);
    const { error } = await fixture.tell(TASK);
    expect(error).toMatchObject({ code: "TOOL_FAILED", failureClass });
    fixture.model.setBehaviour({ kind: "edit" });
    expect((await fixture.tell(TASK)).error).toBeNull();
    expect(pid()).toBe(before);
  });

  test("a turn that is given up is the end of its process, and the next turn has another", async () => {
    const before = pid();
    fixture.model.setBehaviour({ kind: "hang" });
    fixture.model.clearCalls();
    const turn = fixture.pool.run(TASK);
    await waitFor(() => fixture.model.calls.length > 0);
    turn.cancel();
    await expect(turn).rejects.toMatchObject({ code: "TURN_CANCELLED" });
    fixture.model.setBehaviour({ kind: "edit" });
    const { error, result } = await fixture.tell(TASK);
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(pid()).not.toBe(before);
  });

  test("files that aider's command line cannot name or read", async () => {
    await fixture.repository.write('sp ace"quote.md', "x\n");
    await writeFile(join(fixture.repository.path, "binary.md"), new Uint8Array([0xff, 0xfe, 0]));
    for (const file of ['sp ace"quote.md', "binary.md", "../outside.md"]) {
      const { error } = await fixture.tell({ message: "Edit", files: [file] });
      expect(error).toMatchObject({ failureClass: "refused" });
    }
    expect(fixture.model.calls).toHaveLength(0);
  });

  test("another workspace, which it cannot change to", async () => {
    await using folder = await temporaryFolder();
    const { error } = await fixture.tell({ ...TASK, workspace: folder.path });
    expect(error).toMatchObject({ failureClass: "environment" });
  });
});

test("nothing is left: no file beside the user's, no process", async () => {
  expect(await fixture.repository.git("status", "--porcelain", "--ignored")).toBe("");
  await fixture.pool.shutdown();
  await waitFor(() => fixture.processes().length === 0, { what: "the end of all processes" });
});

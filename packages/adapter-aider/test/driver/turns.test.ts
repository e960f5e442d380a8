import { lstat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { documentIdLine } from "@cluster/testkit";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const ODD_NAMES = [
  "a b.md",
  "quo\"te's.md",
  "-dash.md",
  "~tilde.md",
  "[set].md",
  "ünïcödé 🎉.md",
  "deep/er/file.md",
];

let fixture: Fixture;

beforeAll(async () => {
  const files: Record<string, string | Uint8Array> = {
    "one.md": "# One\n",
    "two.md": "# Two\n",
    "crlf.md": "# CRLF\r\n\r\nline\r\n",
    "image-like.md": new Uint8Array([0x89, 0xff, 0xfe, 0x00, 0x80]),
    "style.md": "Write short lines.\n",
  };
  for (const name of ODD_NAMES) files[name] = `# ${name.length}\n`;
  fixture = await aiderFixture({ files });
  await fixture.pool.ready();
});

afterEach(async () => {
  fixture.model.setBehaviour({ kind: "edit" });
  await fixture.repository.git("reset", "--quiet", "--hard");
  await fixture.repository.git("clean", "--quiet", "-fdx");
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

describe("a turn of the driver", () => {
  test("edits the task's file, claims it, counts what it cost, and leaves the commit to its caller", async () => {
    const head = await fixture.repository.git("rev-parse", "HEAD");
    const { result, events, error } = await fixture.tell({
      message: "Add an id",
      files: ["one.md"],
    });
    expect(error).toBeNull();
    expect(result).toMatchObject({ claimedEdits: ["one.md"], questions: [], endedBy: "protocol" });
    expect(result?.reply).toContain("SEARCH");
    expect(fixture.model.calls).toHaveLength(1);
    const { usage, costUsd } = result ?? {};
    if (typeof usage !== "object" || typeof costUsd !== "number") throw new Error("not counted");
    expect(usage.modelCalls).toBe(1);
    expect(usage.inputTokens).toBeGreaterThan(100);
    expect(costUsd).toBeCloseTo((usage.inputTokens + 2 * usage.outputTokens) / 1e6, 9);
    expect(events).toContainEqual({ type: "edit", path: "one.md" });
    expect(events).toContainEqual({ type: "usage", usage });
    expect(await fixture.repository.read("one.md")).toContain(documentIdLine("one.md"));
    expect(await fixture.changes()).toEqual([" M one.md"]);
    expect(await fixture.repository.git("rev-parse", "HEAD")).toBe(head);
  });

  test("edits files whatever they are called", async () => {
    const { result, error } = await fixture.tell({ message: "Add ids", files: ODD_NAMES });
    expect(error).toBeNull();
    expect(result?.claimedEdits.toSorted()).toEqual(ODD_NAMES.toSorted());
    expect(await fixture.changes()).toHaveLength(ODD_NAMES.length);
  });

  test("shows a read-only file to the model and does not offer it for edits", async () => {
    const { result, error } = await fixture.tell({
      message: "Add an id",
      files: ["one.md"],
      readOnlyFiles: ["style.md"],
    });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
    const [call] = fixture.model.calls;
    expect(call?.files.map(({ path }) => path)).toEqual(["one.md"]);
    expect(call?.readOnlyFiles).toMatchObject([
      { path: "style.md", content: "Write short lines.\n" },
    ]);
  });

  test("keeps a file's CRLF line endings", async () => {
    await fixture.tell({ message: "Add an id", files: ["crlf.md"] });
    const text = await fixture.repository.read("crlf.md");
    expect(text).toContain("DOC_ID");
    expect(text.split("\n").every((line) => line === "" || line.endsWith("\r"))).toBe(true);
  });

  test("writes a file that the task names and that is not there yet", async () => {
    fixture.model.setBehaviour({
      kind: "text",
      text: "new/file.md\n```\n<<<<<<< SEARCH\n=======\nhello\n>>>>>>> REPLACE\n```\n",
    });
    const { result, error } = await fixture.tell({ message: "Write it", files: ["new/file.md"] });
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["new/file.md"]);
    expect(await fixture.repository.read("new/file.md")).toBe("hello\n");
  });

  test("leaves no empty file behind when the model did not write it", async () => {
    fixture.model.setBehaviour({ kind: "no-change" });
    const { error } = await fixture.tell({ message: "Write it", files: ["new/file.md"] });
    expect(error).toBeNull();
    await expect(lstat(join(fixture.repository.path, "new"))).rejects.toThrow("ENOENT");
  });
});

describe("any text is only text", () => {
  const tag = "{EOT";
  test.each([
    ["a command", "/run touch pwned"],
    ["a shell command", "!touch pwned"],
    ["the word that leaves", "/exit"],
    ["several lines that look like a block", `${tag}\n/run touch pwned\nEOT}`],
    ["an address and the name of another file", "See https://example.invalid/page and two.md"],
    ["Unicode", "Ünïcödé 🎉 \u2028 漢字 \u0000 end"],
    ["300 kB", `${"lorem ipsum dolor\n".repeat(17_000)}the end`],
  ])("%s", async (_what, message) => {
    const { result, error } = await fixture.tell({ message, files: ["one.md"] });
    expect(error).toBeNull();
    expect(result?.questions).toEqual([]);
    expect(fixture.model.calls).toHaveLength(1);
    const [call] = fixture.model.calls;
    expect(call?.messages.at(-1)?.content ?? call?.instruction).toContain(message.slice(0, 100));
    expect(call?.messages.some(({ content }) => content.includes(message))).toBe(true);
    expect(call?.files.map(({ path }) => path)).toEqual(["one.md"]);
    expect(await fixture.changes()).toEqual([" M one.md"]);
  });

  test("line endings become plain, and half a character is replaced", async () => {
    const { error } = await fixture.tell({
      message: "one\r\ntwo\rthree \ud800.",
      files: ["one.md"],
    });
    expect(error).toBeNull();
    const said = fixture.model.calls[0]?.messages.map(({ content }) => content).join("\n");
    expect(said).toContain("one\ntwo\nthree \ufffd.");
  });
});

describe("files that a turn cannot take", () => {
  test.each([
    ["binary content", "image-like.md", /not text in utf-8/],
    ["a path out of the workspace", "../outside.md", /outside the workspace/],
    ["a link out of the workspace", "link.md", /outside the workspace/],
    ["a folder", "deep", /cannot be read/],
  ])("%s is refused, without a call", async (_what, file, message) => {
    await symlink("/etc/hostname", join(fixture.repository.path, "link.md"));
    const { error } = await fixture.tell({ message: "Edit", files: [file] });
    expect(error).toMatchObject({ code: "TOOL_FAILED", failureClass: "refused" });
    expect(String(error)).toMatch(message);
    expect(fixture.model.calls).toHaveLength(0);
  });

  test("a read-only file that is missing: other tasks would miss it too", async () => {
    const task = { message: "Edit", files: ["one.md"], readOnlyFiles: ["/nowhere/style.md"] };
    const { error } = await fixture.tell(task);
    expect(error).toMatchObject({ failureClass: "environment" });
  });

  test("a missing file, where none may be created", async () => {
    const { error } = await fixture.tell({
      message: "Edit",
      files: ["absent.md"],
      permissions: { createFiles: false },
    });
    expect(error).toMatchObject({ failureClass: "refused" });
    expect(await fixture.changes()).toEqual([]);
  });

  test("an empty message", async () => {
    const { error } = await fixture.tell({ message: " \r\n", files: ["one.md"] });
    expect(error).toMatchObject({ failureClass: "environment" });
    expect(fixture.model.calls).toHaveLength(0);
  });

  test.runIf(process.platform === "linux")(
    "a file that cannot be written, as on a full disk, is not asked for again",
    async () => {
      const pid = String(fixture.pool.status().instances[0]?.pid);
      await execa("prlimit", ["--pid", pid, "--fsize=2:"]);
      const { error } = await fixture.tell({ message: "Edit", files: ["one.md"] });
      await execa("prlimit", ["--pid", pid, "--fsize=unlimited:"]);
      expect(error).toMatchObject({ code: "TOOL_FAILED", failureClass: "environment" });
      expect(String(error)).toContain("could not be written");
      expect(fixture.model.calls).toHaveLength(1);
      expect((await fixture.tell({ message: "Edit", files: ["two.md"] })).error).toBeNull();
    },
  );
});

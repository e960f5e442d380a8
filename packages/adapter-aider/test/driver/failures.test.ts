import type { FailureClass } from "@cluster/pool";
import type { Behaviour } from "@cluster/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const TASK = { message: "Add an id", files: ["one.md"] };

let fixture: Fixture;
let pid: number | null | undefined;

beforeAll(async () => {
  fixture = await aiderFixture({
    files: { "one.md": "# One\n" },
    aider: { retryForMs: 400, modelTimeoutMs: 1_000 },
  });
  await fixture.pool.ready();
  pid = fixture.pool.status().instances[0]?.pid;
});

afterEach(async () => {
  fixture.model.setBehaviour({ kind: "edit" });
  await fixture.repository.git("reset", "--quiet", "--hard");
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

type Case = readonly [
  what: string,
  behaviour: Behaviour,
  failureClass: FailureClass,
  calls: number,
];

const CASES: readonly Case[] = [
  ["a refused key", { kind: "status", status: 401 }, "auth", 1],
  ["a forbidden model", { kind: "status", status: 403 }, "auth", 1],
  ["an unknown model", { kind: "status", status: 404 }, "environment", 1],
  ["a rate limit", { kind: "status", status: 429 }, "quota", 2],
  ["a server error", { kind: "status", status: 500 }, "overload", 2],
  ["an unavailable server", { kind: "status", status: 503 }, "overload", 2],
  ["a cut reply", { kind: "cut" }, "overload", 2],
  ["a reply that is not JSON", { kind: "invalid-json" }, "overload", 2],
  ["a silent server", { kind: "hang" }, "overload", 1],
  ["a malformed reply", { kind: "malformed" }, "malformed", 4],
  ["an empty reply", { kind: "empty" }, "malformed", 1],
  [
    "a context that is too long",
    {
      kind: "status",
      status: 400,
      code: "context_length_exceeded",
      message: "This model's maximum context length is 1 token.",
    },
    "context",
    1,
  ],
  [
    "a refused content",
    {
      kind: "status",
      status: 400,
      code: "content_policy_violation",
      message: "content_policy_violation",
    },
    "refused",
    1,
  ],
];

describe("a failure of the model", () => {
  test.each(CASES)("%s", async (_what, behaviour, failureClass, calls) => {
    fixture.model.setBehaviour(behaviour);
    const { error, events } = await fixture.tell(TASK);
    expect(error).toMatchObject({ code: "TOOL_FAILED", failureClass });
    expect(fixture.model.calls).toHaveLength(calls);
    if (calls === 2) {
      expect(events).toContainEqual(expect.objectContaining({ type: "setback", failureClass }));
    }
    // The process is fit, and remembers nothing of it.
    fixture.model.setBehaviour({ kind: "edit" });
    const next = await fixture.tell(TASK);
    expect(next.error).toBeNull();
    expect(fixture.pool.status().instances[0]?.pid).toBe(pid);
  });

  test("a rate limit says how long to wait, and is not retried before that", async () => {
    fixture.model.setBehaviour({ kind: "status", status: 429, retryAfter: 20 });
    const { error } = await fixture.tell(TASK);
    expect(error).toMatchObject({ failureClass: "quota", retryAfterMs: 20_000 });
    expect(fixture.model.calls).toHaveLength(1);
  });

  test("one that passes on the second try is a setback and no failure", async () => {
    let first = true;
    fixture.model.setBehaviour(() => {
      if (!first) return { kind: "edit" };
      first = false;
      return { kind: "status", status: 429 };
    });
    const { error, events, result } = await fixture.tell(TASK);
    expect(error).toBeNull();
    expect(events.map(({ type }) => type)).toContain("setback");
    expect(result?.claimedEdits).toEqual(["one.md"]);
    expect(result?.usage).toMatchObject({ modelCalls: 2 });
  });

  test("a malformed reply that is mended when asked again is no failure", async () => {
    let first = true;
    fixture.model.setBehaviour(() => {
      if (!first) return { kind: "edit" };
      first = false;
      return { kind: "malformed" };
    });
    const { error, result } = await fixture.tell(TASK);
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual(["one.md"]);
  });

  test("a request that is larger than the model's window is not sent", async () => {
    const { error } = await fixture.tell({ ...TASK, message: "many words ".repeat(80_000) });
    expect(error).toMatchObject({ failureClass: "context" });
    expect(fixture.model.calls).toHaveLength(0);
  });

  test("a failed turn is no part of a conversation", async () => {
    await using lease = await fixture.pool.lease();
    await lease.run({ ...TASK, message: "The first wish" });
    fixture.model.setBehaviour({ kind: "status", status: 401 });
    await expect(lease.run({ ...TASK, message: "The refused wish" })).rejects.toThrow();
    fixture.model.setBehaviour({ kind: "edit" });
    fixture.model.clearCalls();
    await lease.run({ ...TASK, message: "The last wish" });
    const said = fixture.model.calls[0]?.messages.map(({ content }) => content).join("\n");
    expect(said).toContain("The first wish");
    expect(said).toContain("The last wish");
    expect(said).not.toContain("The refused wish");
  });

  test("a reply without an edit is a result, for its caller to judge", async () => {
    fixture.model.setBehaviour({ kind: "no-change" });
    const { error, result } = await fixture.tell(TASK);
    expect(error).toBeNull();
    expect(result?.claimedEdits).toEqual([]);
  });

  test("a server that is down", async () => {
    await fixture.model.close();
    const { error } = await fixture.tell(TASK);
    expect(error).toMatchObject({ failureClass: "overload" });
  });
});

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createPool, type Pool, type PoolOptions } from "@cluster/pool";
import {
  type FakeAgentFault,
  leftoverProcesses,
  TEST_MARKER,
  temporaryFolder,
  waitFor,
} from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { type AcpOptions, type AgentProfile, acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

type AgentPool = Pool<{ message: string }, { reply: string; proof?: string }>;

interface Trial {
  readonly faults?: readonly FakeAgentFault[];
  readonly profile?: Partial<AgentProfile>;
  readonly adapter?: AcpOptions;
  readonly pool?: Partial<PoolOptions<never, never>>;
}

const LOGIN = { files: [], remedy: "export NO_SUCH_KEY=…, or run {{program}} login" };

/** For the turn after one whose time was cut short. */
const PATIENT = { turnTimeoutMs: 30_000, idleTimeoutMs: 30_000 };

/** Runs something on a pool with one fake agent, after which no process may be left. */
async function onFake(
  { faults = [], profile, adapter, pool: options }: Trial,
  use: (pool: AgentPool, folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  const marker = randomUUID();
  const pool = createPool({
    adapter: acpAdapter(fakeProfile(faults, profile), {
      ...adapter,
      environment: { [TEST_MARKER]: marker, ...adapter?.environment },
    }),
    cwd: folder.path,
    restart: { backoffMs: 1 },
    ledger: false,
    ...(options as object),
  });
  try {
    await use(pool as unknown as AgentPool, folder.path);
  } finally {
    await pool.shutdown();
  }
  await waitFor(() => leftoverProcesses(marker).length === 0);
}

const failed = (turn: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(turn).then(
    (value) => ({ unexpected: value }),
    (error: unknown) => error,
  );

describe("a failed turn says why, and the next one is served", () => {
  test.each<[string, string, object, number, Trial?]>([
    ["a refused key", "error 401 Incorrect API key", { failureClass: "auth" }, 1],
    [
      "a quota",
      "error -32603 Rate limit reached. Please try again in 1.5s",
      { failureClass: "quota", retryAfterMs: 1500 },
      1,
    ],
    ["a server that fails", "error -32603 status 503", { failureClass: "overload" }, 1],
    ["a window too small", "error -32603 prompt is too long", { failureClass: "context" }, 1],
    ["nobody knows what", "error -32603 oops", { failureClass: "crash" }, 1],
    ["a refusal", "end refusal", { failureClass: "refused" }, 1],
    ["a limit of tokens", "end max_tokens", { failureClass: "context" }, 1],
    ["an end that nobody asked for", "end cancelled", { failureClass: "refused" }, 1],
    ["an end that is none", "end whatever", { failureClass: "protocol" }, 1],
    ["invalid JSON", "bad-json\nhang", { code: "PROTOCOL_VIOLATION" }, 2],
    ["a stream that is cut", "cut", { code: "PROCESS_EXITED" }, 2],
    [
      "a death",
      "die",
      { code: "PROCESS_EXITED", exit: { kind: "code", code: 3 }, stderr: /out of memory/ },
      2,
    ],
    [
      "silence",
      "hang",
      { code: "TURN_IDLE_TIMEOUT" },
      1,
      { pool: { idleTimeoutMs: 200, interruptTimeoutMs: 30_000 } },
    ],
    [
      "talk without an end",
      "flood",
      { code: "TURN_TIMEOUT" },
      1,
      { pool: { turnTimeoutMs: 200, interruptTimeoutMs: 30_000, maxTurnBytes: 2 ** 40 } },
    ],
    [
      "more than anybody reads",
      "flood",
      { code: "TURN_OUTPUT_LIMIT" },
      2,
      { pool: { maxTurnBytes: 1_000_000 } },
    ],
    [
      "a cancel that it does not hear",
      "hang",
      { code: "TURN_IDLE_TIMEOUT" },
      2,
      { faults: ["ignores-cancel"], pool: { idleTimeoutMs: 200, interruptTimeoutMs: 200 } },
    ],
  ])("%s", async (_, message, error, generation, trial = {}) => {
    await onFake(trial, async (pool) => {
      const { stderr, ...rest } = error as { stderr?: RegExp };
      const thrown = await failed(pool.run({ message }));
      expect(thrown).toMatchObject(rest);
      if (stderr !== undefined) expect((thrown as { stderr: string }).stderr).toMatch(stderr);
      expect(await pool.run({ message: "say well" }, PATIENT)).toMatchObject({ reply: "well" });
      expect(pool.status().instances[0]?.generation).toBe(generation);
    });
  });
});

describe("an agent that cannot be used fails at its start, and says what to do", () => {
  test.each<[string, Trial, RegExp]>([
    ["another version of the protocol", { faults: ["wrong-version"] }, /speaks version 2/],
    ["nobody has logged in", { faults: ["needs-auth"] }, /Authentication required/],
    [
      "nobody has logged in, and it is known how to",
      { faults: ["needs-auth"], profile: { login: { ...LOGIN, variables: ["NO_SUCH_KEY"] } } },
      /Authentication required\. No log-in was seen: export NO_SUCH_KEY=…, or run \S+ login\.$/,
    ],
    [
      "a log-in was refused",
      { faults: ["needs-auth"], profile: { login: { ...LOGIN, variables: [TEST_MARKER] } } },
      /Authentication required\. Its log-in was seen in CLUSTER_TEST_MARKER; if that is not right, /,
    ],
    ["it has no mode in which it asks", { faults: ["other-modes"] }, /only yolo.*option mode/],
    ["nor as an option", { faults: ["other-modes", "mode-option"] }, /only yolo.*option mode/],
    [
      "it is not installed",
      { profile: { command: "no-such-agent" } },
      /no-such-agent is neither in CLUSTER_FAKE, nor on PATH/,
    ],
  ])("%s", async (_, trial, words) => {
    await onFake({ ...trial, pool: { restart: { intensity: 0 } } }, async (pool) => {
      expect(await failed(pool.ready())).toMatchObject({ message: expect.stringMatching(words) });
    });
  });
});

test("an agent that uses a key only when it is told to is told so, in each of its processes", async () => {
  const login = { ...LOGIN, variables: [], method: () => "key" };
  await onFake({ faults: ["wants-key"], profile: { login } }, async (pool) => {
    expect(await pool.run({ message: "say well" })).toMatchObject({ reply: "well" });
    await failed(pool.run({ message: "crash" }));
    expect(await pool.run({ message: "say again" }, PATIENT)).toMatchObject({ reply: "again" });
  });
  const none = { ...login, method: () => null };
  const trial = { faults: ["wants-key"], profile: { login: none } } as const;
  await onFake({ ...trial, pool: { restart: { intensity: 0 } } }, async (pool) => {
    expect(await failed(pool.ready())).toMatchObject({ failureClass: "auth" });
  });
});

test("a turn that is cancelled ends when the agent says so, and its process serves on", async () => {
  await onFake({}, async (pool) => {
    const turn = pool.run({ message: "say begun\nhang" });
    const heard = (async () => {
      for await (const event of turn) if (event.type === "text") turn.cancel();
    })();
    await failed(heard);
    expect(await failed(turn)).toMatchObject({ code: "TURN_CANCELLED" });
    expect(await pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
    expect(pool.status().instances[0]?.generation).toBe(1);
  });
});

test("an agent that tries again what was refused, for ever, is stopped, and its process serves on", async () => {
  const error = { code: 429, message: "HTTP 429, retry-after: 90", data: null };
  const modelSign: AgentProfile["modelSign"] = (line) =>
    line === "refused" ? { kind: "refuses", error } : null;
  await onFake({ profile: { modelSign }, pool: { idleTimeoutMs: 60_000 } }, async (pool) => {
    const thrown = await failed(pool.run({ message: "say begun\nlog refused\nhang" }));
    expect(thrown).toMatchObject({ failureClass: "quota", retryAfterMs: 90_000 });
    expect(await pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
    expect(pool.status().instances[0]?.generation).toBe(1);
  });
});

test("a question that is open when its turn is stopped is answered, and nothing is done for it", async () => {
  const error = { code: 500, message: "HTTP 500", data: null };
  const modelSign: AgentProfile["modelSign"] = (line) =>
    line === "refused" ? { kind: "refuses", error } : null;
  const trial: Trial = {
    profile: { modelSign },
    adapter: { policy: { kinds: { edit: "ask" } } },
    pool: { idleTimeoutMs: 60_000, onQuestion: () => new Promise(() => {}) } as object,
  };
  await onFake(trial, async (pool, folder) => {
    const thrown = await failed(pool.run({ message: "log refused\nwrite a.txt x" }));
    expect(thrown).toMatchObject({ failureClass: "overload" });
    expect(await pool.run({ message: "say on" })).toMatchObject({ reply: "on" });
    expect(await readFile(join(folder, "a.txt"), "utf8").catch(() => null)).toBeNull();
    expect(pool.status().instances[0]?.generation).toBe(1);
  });
});

test("a failure that is called a success is a failure, by what the agent said", async () => {
  const { proof } = (await import("../src/index.ts")).AGENT_PROFILES["codex-acp-2"];
  await onFake({ profile: { proof: proof as never } }, async (pool) => {
    const message = "system-error exceeded retry limit, last status: 429 Too Many Requests";
    expect(await failed(pool.run({ message }))).toMatchObject({ failureClass: "quota" });
    const nothing = await failed(pool.run({ message: "system-error hm" }));
    expect(nothing).toMatchObject({ failureClass: "unproven" });
    expect(await pool.run({ message: "say well" })).toMatchObject({ proof: "proven" });
  });
});

test("a success that no rule proves says so", async () => {
  await onFake({ faults: ["no-usage"] }, async (pool) => {
    expect(await pool.run({ message: "say done" })).toMatchObject({ proof: "unproven" });
  });
});

test("an answer that comes twice, and words that come late, are no part of a fresh session", async () => {
  await onFake({ pool: { afterTurn: "reset" } }, async (pool) => {
    const first = await pool.run({ message: "say one\ntwice\nlate three" });
    expect(first).toMatchObject({ reply: "one" });
    expect(await pool.run({ message: "say two" })).toMatchObject({ reply: "two" });
  });
});

test("lines that are no messages are a notice, and unknown requests get an error of their own", async () => {
  await onFake({}, async (pool) => {
    const odd = await pool.run({
      message: "print Warning: deprecated\ncall x/unknown\ncall fs/watch",
    });
    expect(odd.reply).toBe(
      'error -32601: "Method not found": x/unknownerror -32601: "Method not found": fs/watch',
    );
    const turn = pool.run({ message: "say on" });
    const notices: string[] = [];
    for await (const event of turn) if (event.type === "notice") notices.push(event.text);
    expect(notices).toEqual(["fake printed: Warning: deprecated"]);
  });
});

test("messages of an odd shape do no harm, and are not taken for the turn's answer", async () => {
  const update = (more: object): string =>
    JSON.stringify({
      jsonrpc: "2.0",
      method: "session/update",
      params: { sessionId: "session-1", update: more },
    });
  const odd = [
    ...["[]", "null", "7", "{}", '{"jsonrpc":"2.0"}', '{"jsonrpc":"2.0","id":99,"result":1}'],
    '{"jsonrpc":"2.0","method":"session/update"}',
    '{"jsonrpc":"2.0","method":"session/update","params":[1]}',
    '{"jsonrpc":"2.0","id":98,"method":"fs/read_text_file"}',
    '{"jsonrpc":"2.0","id":97,"method":"session/request_permission","params":{"sessionId":"session-1"}}',
    update({}),
    update({ sessionUpdate: "agent_message_chunk", content: null }),
    update({ sessionUpdate: "tool_call", locations: [null, 5], content: {}, rawInput: "x" }),
    update({ sessionUpdate: "tool_call_update", kind: 5, status: "completed", title: {} }),
    update({ sessionUpdate: "usage_update", used: "much", cost: [] }),
    update({ sessionUpdate: "session_info_update", _meta: null }),
    update({ sessionUpdate: "something_new" }),
  ];
  await onFake({}, async (pool) => {
    const message = [...odd.map((line) => `print ${line}`), "say well"].join("\n");
    for (const release of ["keep", "reset"] as const) {
      expect(await pool.run({ message }, { release })).toMatchObject({ reply: "well" });
    }
    expect(pool.status().instances[0]?.generation).toBe(1);
  });
});

test("an agent that speaks nonsense between two turns, or dies, is replaced before the next", async () => {
  for (const order of ["bad-json", "die"]) {
    await onFake({ pool: { pingIntervalMs: 100 } }, async (pool) => {
      const ended = new Promise<void>((resolve) => {
        pool.subscribe((event) => event.type === "process.ended" && resolve());
      });
      const later = `by-itself ${order}`;
      await pool.run({ message: `say one\n${later}` }, { release: "keep" });
      await ended;
      expect(await pool.run({ message: "say two" }, PATIENT)).toMatchObject({ reply: "two" });
    });
  }
});

test("an agent that writes unasked claims what it wrote", async () => {
  await onFake({}, async (pool, folder) => {
    const result = await pool.run({ message: "write-unasked a.txt x" });
    expect(result).toMatchObject({ claimedEdits: ["a.txt"], questions: [] });
    expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("x\n");
  });
});

test("an agent that goes on after the end of its input is ended by a signal", async () => {
  const pool = { graceMs: 300 };
  await onFake({ faults: ["ignores-eof"], pool }, async (one) => {
    await one.run({ message: "say hi" });
  });
  // Without a wait, where its profile knows.
  await onFake({ faults: ["ignores-eof"], profile: { ends: "sigterm" } }, async (one) => {
    await one.run({ message: "say hi" });
  });
});

test("a session in which the mode cannot be set is not used", async () => {
  await onFake({}, async (pool) => {
    await pool.run({ message: "refuse-mode" }, { release: "reset" });
    const refused = pool.run({ message: "mode" }, { release: "keep" });
    expect(await failed(refused)).toMatchObject({ failureClass: "crash" });
    expect(await pool.run({ message: "mode" })).toMatchObject({ reply: "default" });
  });
});

test("each prompt of a session begins in its mode, wherever the agent has gone meanwhile", async () => {
  await onFake({}, async (pool) => {
    const replies: string[] = [];
    for (const message of ["stray auto\nmode", "mode", "mode"]) {
      replies.push((await pool.run({ message }, { release: "keep" })).reply);
    }
    expect(replies).toEqual(["auto", "default", "default"]);
  });
});

test("a mode is set where it is an option of the session, too", async () => {
  await onFake({ faults: ["mode-option"] }, async (pool) => {
    expect(await pool.run({ message: "mode" })).toMatchObject({ reply: "default" });
  });
});

import { expect, test } from "vitest";
import { type AgentModel, startAgentModel, stepsInTurn } from "../../src/trial/model/index.ts";

/** How an agent of each wire asks: its first request, and one with what came of a call. */
const AGENTS = {
  chat: {
    path: "/v1/chat/completions",
    key: (key: string) => ({ authorization: `Bearer ${key}` }),
    body: (outcome?: string) => ({
      model: "m",
      stream: true,
      messages: [
        { role: "user", content: "an old one" },
        { role: "assistant", content: "an answer" },
        { role: "user", content: [{ type: "text", text: "Do it." }] },
        ...(outcome ? [{ role: "tool", tool_call_id: "c1", content: outcome }] : []),
      ],
      tools: [
        {
          type: "function",
          function: { name: "write", parameters: { properties: { filePath: {} } } },
        },
        {
          type: "function",
          function: { name: "bash", parameters: { properties: { command: {} } } },
        },
      ],
    }),
  },
  responses: {
    path: "/v1/responses",
    key: (key: string) => ({ authorization: `Bearer ${key}` }),
    body: (outcome?: string) => ({
      model: "m",
      stream: true,
      input: [
        { type: "message", role: "user", content: [{ type: "input_text", text: "Do it." }] },
        ...(outcome ? [{ type: "custom_tool_call_output", call_id: "c1", output: outcome }] : []),
      ],
      tools: [
        { type: "custom", name: "apply_patch" },
        { type: "function", name: "exec_command", parameters: { properties: { cmd: {} } } },
      ],
    }),
  },
  gemini: {
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    key: (key: string) => ({ "x-goog-api-key": key }),
    body: (outcome?: string) => ({
      contents: [
        { role: "user", parts: [{ text: "Do it." }] },
        ...(outcome
          ? [{ role: "user", parts: [{ functionResponse: { id: "c1", response: { outcome } } }] }]
          : []),
      ],
      tools: [{ functionDeclarations: [{ name: "write_file" }, { name: "run_shell_command" }] }],
    }),
  },
  messages: {
    path: "/v1/messages",
    key: (key: string) => ({ "x-api-key": key }),
    body: (outcome?: string) => ({
      model: "m",
      stream: true,
      messages: [
        { role: "user", content: [{ type: "text", text: "Do it." }] },
        ...(outcome
          ? [
              {
                role: "user",
                content: [{ type: "tool_result", tool_use_id: "c1", content: outcome }],
              },
            ]
          : []),
      ],
      tools: [
        { name: "Write", input_schema: {} },
        { name: "Bash", input_schema: {} },
      ],
    }),
  },
} as const;
type AgentKind = keyof typeof AGENTS;
const KINDS = Object.keys(AGENTS) as AgentKind[];

async function ask(
  model: AgentModel,
  kind: AgentKind,
  { outcome, key = model.apiKey }: { outcome?: string; key?: string } = {},
): Promise<{ status: number; headers: Headers; text: string }> {
  const { path, key: header, body } = AGENTS[kind];
  const response = await fetch(`${model.url}${path}`, {
    method: "POST",
    headers: header(key),
    body: JSON.stringify(body(outcome)),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test.for(KINDS)(
  "%s: an agent's own tools write and run, one step after the other",
  async (kind) => {
    await using model = await startAgentModel({
      script: stepsInTurn(
        { write: { path: "a.txt", content: "one\ntwo\n" } },
        { text: "It is done." },
      ),
    });
    const first = await ask(model, kind);
    expect(first.headers.get("content-type")).toBe("text/event-stream");
    expect(first.text).toContain("a.txt");
    expect(first.text).toContain("two");
    const second = await ask(model, kind, { outcome: "It was written." });
    expect(second.text).toContain("It is done.");
    model.setScript(stepsInTurn({ shell: "echo hi" }));
    expect((await ask(model, kind)).text).toContain("echo hi");
    expect(model.requests).toMatchObject([
      { index: 0, wire: kind, model: "m", stream: true, prompt: "Do it.", outcomes: [] },
      { index: 1, prompt: "Do it.", outcomes: [{ id: "c1" }] },
      { index: 2, authorized: true },
    ]);
    expect(model.requests[1]?.outcomes[0]?.output).toContain("It was written.");
  },
);

test.for(KINDS)("%s: a wrong key, a full quota and half an answer", async (kind) => {
  await using model = await startAgentModel({
    script: () => ({ kind: "status", status: 429, retryAfter: 7 }),
  });
  expect(await ask(model, kind, { key: "wrong" })).toMatchObject({ status: 401 });
  const refused = await ask(model, kind);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("7");
  expect(JSON.parse(refused.text)).toMatchObject({ error: { message: expect.any(String) } });
  model.setScript(() => ({ kind: "cut" }));
  await expect(ask(model, kind)).rejects.toThrow();
  expect(model.requests.map(({ authorized }) => authorized)).toEqual([false, true, true]);
});

test("a request that hangs is in flight until the agent gives up", async () => {
  await using model = await startAgentModel({ script: () => ({ kind: "hang", after: "Half of" }) });
  const gone = new AbortController();
  const response = await fetch(`${model.url}/v1/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${model.apiKey}` },
    body: JSON.stringify({ ...AGENTS.responses.body() }),
    signal: gone.signal,
  });
  expect(model.inFlight).toBe(1);
  gone.abort();
  await expect(response.text()).rejects.toThrow();
  await expect.poll(() => model.inFlight).toBe(0);
});

test("what is no request for an answer is refused and noted", async () => {
  await using model = await startAgentModel();
  const response = await fetch(`${model.url}/v1/models?client=x`);
  expect(response.status).toBe(404);
  expect(model.others).toEqual(["GET /v1/models"]);
  expect(model.requests).toEqual([]);
});

test("an agent whose tools are unknown is told apart from one that fails", async () => {
  const script = stepsInTurn({ shell: "echo hi" });
  const request = { tools: [{ name: "draw", parameters: [] }], outcomes: [] } as never;
  expect(() => script(request)).toThrow("no known tool that runs a command. It offers: draw.");
});

test("a file is written with an absolute path where its agent says where it is, and read first where it must be", () => {
  const file = { path: "a.txt", content: "new" };
  const script = stepsInTurn({ write: file }, { text: "Done." });
  const tools = ["read_file", "write_file"].map((name) => ({ name, parameters: [] }));
  const body = JSON.stringify("I'm currently working in the directory: /tmp/work\n");
  const outcome = (output: string) => ({ id: "call", output });
  const unread = outcome("/tmp/work/a.txt has not been read in this session.");
  const write = { name: "write_file", input: { file_path: "/tmp/work/a.txt", content: "new" } };
  const read = { name: "read_file", input: { file_path: "/tmp/work/a.txt" } };
  const said = [
    [],
    [unread],
    [unread, outcome("old")],
    [unread, outcome("old"), outcome("It was written.")],
  ].map((outcomes) => script({ tools, body, outcomes } as never));
  expect(said).toEqual([
    { kind: "say", calls: [write] },
    { kind: "say", calls: [read] },
    { kind: "say", calls: [write] },
    { kind: "say", text: "Done." },
  ]);
});

import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  documentIdLine,
  isAlive,
  type SampleRepository,
  sampleAgent,
  sampleRepository,
  temporaryFolder,
  waitFor,
} from "../../src/index.ts";
import { type Conversation, converse } from "../fake-tools/conversation.ts";

const file = "docs/page-001.md";
let nextId = 1;

/** One turn on the first page of a repository. */
async function turn(
  agent: Conversation,
  repository: SampleRepository,
  message: string,
  files: readonly string[] = [file],
): Promise<Record<string, unknown>> {
  const id = nextId++;
  agent.send({ id, request: { message, files, workspace: repository.path } });
  return agent.answer(id);
}

describe("the sample agent", () => {
  it("adds a document id to each file, and says so", async () => {
    await using repository = await sampleRepository({ files: 2 });
    const agent = converse(sampleAgent());
    const { result } = await turn(agent, repository, "Add ids", repository.files);
    expect(result).toMatchObject({
      claimedEdits: repository.files,
      usage: { modelCalls: 1 },
      questions: [],
      endedBy: "protocol",
    });
    const [first] = (await repository.read(file)).split("\n");
    expect(first).toBe(documentIdLine(file));
    expect(await repository.git("diff", "--shortstat")).toMatch(/2 files changed, 2 insertions/);
    const again = await turn(agent, repository, "Add ids", repository.files);
    expect(again.result).toMatchObject({ claimedEdits: [] });
  });

  it("counts the turns of a conversation until it is reset", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    await turn(agent, repository, "[fake:no-change]");
    const second = await turn(agent, repository, "[fake:no-change]");
    expect(second.result).toMatchObject({ reply: expect.stringMatching(/^Turn 2 /) });
    agent.send({ id: 1000, request: { reset: true } });
    await agent.answer(1000);
    const first = await turn(agent, repository, "[fake:no-change]");
    expect(first.result).toMatchObject({ reply: expect.stringMatching(/^Turn 1 /) });
  });

  it("works in its own folder when no workspace is named", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent(), { cwd: repository.path });
    agent.send({ id: 1, request: { message: "x", files: [file] } });
    await agent.answer(1);
    expect(await repository.read(file)).toContain("DOC_ID");
  });

  it("ends with its input", async () => {
    const agent = converse(sampleAgent());
    agent.endInput();
    expect(await agent.exited).toBe(0);
  });
});

describe("a directive for the edit", () => {
  it.each([
    ["no-change", "", []],
    ["claim-only", "", [file]],
    ["delete", ` D ${file}`, [file]],
    ["outside=other/new.md", ` M ${file}\n?? other/`, [file]],
    ["write=a.md:one\\ntwo", ` M ${file}\n?? a.md`, ["a.md", file]],
  ])("%s", async (directive, status, claimedEdits) => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    const { result } = await turn(agent, repository, `Do [fake:${directive}] please`);
    expect(result).toMatchObject({ claimedEdits });
    expect(await repository.git("status", "--porcelain")).toBe(status);
  });

  it("writes the text that it is given, and appends to each file", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    await turn(agent, repository, "[fake:write=a.md:one\\ntwo: 2] [fake:append=last\\n]");
    expect(await repository.read("a.md")).toBe("one\ntwo: 2");
    expect(await repository.read(file)).toMatch(/DOC_ID.*second point\nlast\n$/s);
  });
});

describe("a directive for the turn", () => {
  it("crashes the process", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    turn(agent, repository, "[fake:crash=9]").catch(() => {});
    expect(await agent.exited).toBe(9);
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  it("crashes the process after the edit", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    turn(agent, repository, "[fake:after-edit=crash=9]").catch(() => {});
    expect(await agent.exited).toBe(9);
    expect(await repository.read(file)).toContain("DOC_ID");
  });

  it("fails with a class, and a time to wait", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    const { error } = await turn(agent, repository, "[fake:fail=quota:1500]");
    expect(error).toMatchObject({ class: "quota", retryAfterMs: 1500 });
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  it("hangs until it is cancelled", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    const hanging = turn(agent, repository, "[fake:hang]");
    agent.send({ cancel: nextId - 1 });
    expect((await hanging).error).toMatchObject({ class: "cancelled" });
    expect(isAlive(agent.pid)).toBe(true);
  });

  it("sleeps, costs and asks", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    const began = performance.now();
    const asking = turn(agent, repository, "[fake:sleep=100][fake:cost=0.5][fake:ask=May I?]");
    const question = await waitFor(() => agent.messages().find((message) => message.question));
    agent.send({
      id: question?.id,
      token: question?.token,
      answer: { kind: "confirm", yes: false },
    });
    const { result } = await asking;
    expect(performance.now() - began).toBeGreaterThan(95);
    expect(result).toMatchObject({
      costUsd: 0.5,
      claimedEdits: [],
      questions: [{ question: { text: "May I?" }, answer: { yes: false } }],
    });
  });

  it("is refused when it is unknown", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent());
    const { error } = await turn(agent, repository, "[fake:no-chnage]");
    expect(error).toMatchObject({ message: expect.stringContaining("[fake:no-chnage]") });
  });
});

describe("a directive with a condition", () => {
  it("is only for the task that has the file", async () => {
    await using repository = await sampleRepository({ files: 2 });
    const agent = converse(sampleAgent());
    const message = "[fake:only=page-002.md:fail=refused]";
    expect(await turn(agent, repository, message, ["docs/page-001.md"])).toHaveProperty("result");
    expect(await turn(agent, repository, message, ["docs/page-002.md"])).toHaveProperty("error");
  });

  it("is only for the first attempts at the same files, in whichever process", async () => {
    await using repository = await sampleRepository({ files: 2 });
    await using state = await temporaryFolder();
    const env = { SAMPLE_AGENT_STATE: state.path };
    const agents = [converse(sampleAgent(), { env }), converse(sampleAgent(), { env })] as const;
    const message = "[fake:first=2:fail=overload]";
    expect(await turn(agents[0], repository, message)).toHaveProperty("error");
    expect(await turn(agents[1], repository, message)).toHaveProperty("error");
    expect(await turn(agents[0], repository, message, ["docs/page-002.md"])).toHaveProperty(
      "error",
    );
    expect(await turn(agents[1], repository, message)).toHaveProperty("result");
    expect(await readdir(state.path)).toHaveLength(2);
  });

  it("may have both", async () => {
    await using repository = await sampleRepository({ files: 2 });
    await using state = await temporaryFolder();
    const agent = converse(sampleAgent(), { env: { SAMPLE_AGENT_STATE: state.path } });
    const message = "[fake:only=001.md:first=1:fail=overload]";
    expect(await turn(agent, repository, message, ["docs/page-002.md"])).toHaveProperty("result");
    expect(await turn(agent, repository, message)).toHaveProperty("error");
    expect(await turn(agent, repository, message)).toHaveProperty("result");
  });

  it("fails when attempts cannot be counted", async () => {
    await using repository = await sampleRepository({ files: 1 });
    const agent = converse(sampleAgent(), { env: { SAMPLE_AGENT_STATE: "" } });
    const { error } = await turn(agent, repository, "[fake:first=1:crash]");
    expect(error).toMatchObject({ message: expect.stringContaining("SAMPLE_AGENT_STATE") });
  });
});

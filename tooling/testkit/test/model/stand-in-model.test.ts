import { describe, expect, it } from "vitest";
import { documentIdLine, startStandInModel, waitFor } from "../../src/index.ts";
import { commitRequest, editRequest } from "./aider-messages.ts";
import { ask, textOf } from "./client.ts";

const request = editRequest("diff", [["a.md", "# A\n"]]);

describe("the stand-in model", () => {
  it("adds a document id to each file in the chat, as SEARCH/REPLACE blocks", async () => {
    await using model = await startStandInModel();
    const text = await textOf(
      ask(
        model,
        editRequest("diff", [
          ["a.md", "# A\n"],
          ["b.py", "import os\n"],
        ]),
      ),
    );
    expect(text).toContain(
      `a.md\n\`\`\`\n<<<<<<< SEARCH\n# A\n=======\n${documentIdLine("a.md")}\n# A\n`,
    );
    expect(text).toContain(`${documentIdLine("b.py")}\nimport os\n>>>>>>> REPLACE`);
  });

  it("uses the fence that aider chose", async () => {
    await using model = await startStandInModel();
    const fence = { open: "<source>", close: "</source>" };
    const text = await textOf(ask(model, editRequest("diff", [["a.md", "# A\n"]], fence)));
    expect(text).toMatch(/a\.md\n<source>\n<<<<<<< SEARCH.*REPLACE\n<\/source>/s);
  });

  it("gives whole files when the system prompt asks for them", async () => {
    await using model = await startStandInModel();
    const text = await textOf(ask(model, editRequest("whole", [["a.md", "# A"]])));
    expect(text).toContain(`a.md\n\`\`\`\n${documentIdLine("a.md")}\n# A\n\`\`\`\n`);
  });

  it("places the id further down where the first line cannot be searched for", async () => {
    await using model = await startStandInModel();
    const heading = "=======\nTitle\n=======\n";
    const text = await textOf(ask(model, editRequest("diff", [["a.md", heading]])));
    expect(text).toContain(`SEARCH\nTitle\n=======\n${documentIdLine("a.md")}\nTitle\n`);
  });

  it.each(["diff", "whole"] as const)("changes nothing that has an id, in %s", async (format) => {
    await using model = await startStandInModel();
    const text = await textOf(ask(model, editRequest(format, [["a.md", "<!-- DOC_ID: x -->\n"]])));
    expect(text).toBe("Nothing needs to change.");
  });

  it("answers a question without an edit", async () => {
    await using model = await startStandInModel();
    const text = await textOf(ask(model, editRequest("ask", [["a.md", "# A\n"]])));
    expect(text).not.toContain("DOC_ID");
  });

  it("answers one line when a commit message is asked for", async () => {
    await using model = await startStandInModel();
    expect(await textOf(ask(model, commitRequest))).toMatch(/^docs: .+$/);
    expect(model.calls[0]?.isCommitMessage).toBe(true);
  });

  it("streams the same text as it sends whole", async () => {
    await using model = await startStandInModel();
    const whole = await textOf(ask(model, request));
    const stream = await (await ask(model, request, { stream: true })).text();
    const events = stream.split("\n\n").filter((event) => event !== "");
    expect(events.pop()).toBe("data: [DONE]");
    const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)));
    expect(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("")).toBe(whole);
    expect(chunks.at(-1).usage.total_tokens).toBeGreaterThan(0);
  });

  it("logs each call with what it understood", async () => {
    await using model = await startStandInModel();
    await ask(model, request);
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]).toMatchObject({
      index: 0,
      model: "stand-in",
      editFormat: "diff",
      instruction: "Add a document id",
      concurrency: 1,
      authorized: true,
      files: [{ path: "a.md", content: "# A\n" }],
    });
    model.clearCalls();
    expect(model.calls).toHaveLength(0);
  });

  it("counts how many calls are in flight at once", async () => {
    await using model = await startStandInModel({ behaviour: { kind: "hang" } });
    const abort = new AbortController();
    const asked = [1, 2, 3].map(() => ask(model, request, { signal: abort.signal }));
    await waitFor(() => model.inFlight === 3, { what: "three calls" });
    abort.abort();
    await Promise.allSettled(asked);
    await waitFor(() => model.inFlight === 0, { what: "the calls to end" });
    expect(model.maxConcurrent).toBe(3);
    expect(model.calls.map(({ concurrency }) => concurrency)).toEqual([1, 2, 3]);
  });

  it("waits for its latency, which may depend on the call", async () => {
    await using model = await startStandInModel({
      latencyMs: (call) => (call.index === 0 ? 150 : 0),
    });
    const order: number[] = [];
    await Promise.all([
      ask(model, request).then(() => order.push(0)),
      waitFor(() => model.calls.length === 1)
        .then(() => ask(model, request))
        .then(() => order.push(1)),
    ]);
    expect(order).toEqual([1, 0]);
  });

  it("takes an edit of the test's own", async () => {
    await using model = await startStandInModel({
      behaviour: { kind: "edit", edit: ({ content }) => content.replace("A", "B") },
    });
    expect(await textOf(ask(model, request))).toContain("SEARCH\n# A\n=======\n# B\n>>>>>>>");
  });

  it("lists its models, to those who have the key", async () => {
    await using model = await startStandInModel();
    const headers = { authorization: `Bearer ${model.apiKey}` };
    const list = await (await fetch(`${model.baseUrl}/models`, { headers })).json();
    expect(list).toMatchObject({ data: [{ id: "stand-in" }, { id: "stand-in-weak" }] });
    expect((await fetch(`${model.baseUrl}/models`)).status).toBe(401);
    expect((await fetch(`${model.baseUrl}/nothing`, { headers })).status).toBe(404);
  });

  it("tells how it was used, for those who run it as a process", async () => {
    await using model = await startStandInModel();
    await ask(model, request);
    await ask(model, commitRequest);
    const headers = { authorization: `Bearer ${model.apiKey}` };
    const stats = await (await fetch(`${model.baseUrl}/stats`, { headers })).json();
    expect(stats).toEqual({ calls: 2, commitMessages: 1, maxConcurrent: 1, inFlight: 0 });
  });

  it("listens no more once it is closed, which may be done twice", async () => {
    const model = await startStandInModel();
    await model.close();
    await model.close();
    await expect(ask(model, request)).rejects.toThrow();
  });
});

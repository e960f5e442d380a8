import { describe, expect, it } from "vitest";
import { startStandInModel, waitFor } from "../../src/index.ts";
import { editRequest } from "./aider-messages.ts";
import { ask, textOf } from "./client.ts";

const request = editRequest("diff", [["a.md", "# A\n"]]);

describe("a fault of the stand-in model", () => {
  it("refuses a wrong key in the shape of the OpenAI API, and asks no behaviour", async () => {
    await using model = await startStandInModel({
      behaviour: () => {
        throw new Error("asked");
      },
    });
    const response = await ask(model, request, { key: "wrong" });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      error: { type: "invalid_request_error", code: "invalid_api_key" },
    });
    expect(model.calls[0]?.authorized).toBe(false);
  });

  it.each([
    [400, "context_length_exceeded"],
    [401, "invalid_api_key"],
    [429, "rate_limit_exceeded"],
    [500, null],
  ])("can be the status %i", async (status, code) => {
    await using model = await startStandInModel({ behaviour: { kind: "status", status } });
    const response = await ask(model, request);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it("names a time to wait with 429", async () => {
    await using model = await startStandInModel({
      behaviour: { kind: "status", status: 429, retryAfter: 7 },
    });
    expect((await ask(model, request)).headers.get("retry-after")).toBe("7");
  });

  it.each([true, false])("cuts the connection behind the headers, stream %s", async (stream) => {
    await using model = await startStandInModel({ behaviour: { kind: "cut" } });
    const response = await ask(model, request, { stream });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it("never answers, until the server is closed", async () => {
    const model = await startStandInModel({ behaviour: { kind: "hang" } });
    const asked = ask(model, request);
    await waitFor(() => model.inFlight === 1);
    await model.close();
    await expect(asked).rejects.toThrow();
    await waitFor(() => model.inFlight === 0, { what: "the call to end" });
  });

  it("answers late and then as told", async () => {
    await using model = await startStandInModel({
      behaviour: { kind: "slow", delayMs: 100, reply: { kind: "text", text: "late" } },
    });
    const began = performance.now();
    expect(await textOf(ask(model, request))).toBe("late");
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  it("sends an edit that matches nothing", async () => {
    await using model = await startStandInModel({ behaviour: { kind: "malformed" } });
    const text = await textOf(ask(model, request));
    const [, search] = /SEARCH\n(.*?)=======/s.exec(text) ?? [];
    expect(search).toMatch(/\w/);
    expect("# A\n").not.toContain(search);
  });

  it("sends an empty answer", async () => {
    await using model = await startStandInModel({ behaviour: { kind: "empty" } });
    expect(await textOf(ask(model, request))).toBe("");
  });

  it("sends what is no JSON", async () => {
    await using model = await startStandInModel({ behaviour: { kind: "invalid-json" } });
    await expect((await ask(model, request)).json()).rejects.toThrow(SyntaxError);
  });

  it("can be another one for each call, and be changed on the way", async () => {
    await using model = await startStandInModel({
      behaviour: (call) =>
        call.index === 0 ? { kind: "status", status: 500 } : { kind: "no-change" },
    });
    expect((await ask(model, request)).status).toBe(500);
    expect(await textOf(ask(model, request))).toBe("Nothing needs to change.");
    model.setBehaviour({ kind: "text", text: "changed" });
    expect(await textOf(ask(model, request))).toBe("changed");
  });
});

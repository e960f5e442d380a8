import { expect, it } from "vitest";
import { type ModelCall, repliesInTurn, startStandInModel, waitFor } from "../../src/index.ts";
import { editRequest } from "./aider-messages.ts";
import { ask, textOf } from "./client.ts";

const request = editRequest("diff", [["a.md", "# A\n"]]);

it("logs what each call got, and whether it arrived whole", async () => {
  await using model = await startStandInModel();
  const said = await textOf(ask(model, request));
  model.setBehaviour({ kind: "slow", delayMs: 1, reply: { kind: "status", status: 500 } });
  await (await ask(model, request)).text();
  model.setBehaviour({ kind: "cut" });
  await expect(ask(model, request).then((response) => response.text())).rejects.toThrow();
  await waitFor(() => model.answers.length === 3, { what: "the log" });
  expect(model.answers).toMatchObject([
    { call: { index: 0 }, reply: { kind: "edit" }, text: said, whole: true },
    { call: { index: 1 }, reply: { kind: "status" }, text: null, whole: false },
    { call: { index: 2 }, reply: { kind: "cut" }, text: null, whole: false },
  ]);
});

it("logs no answer for a client that went away before it", async () => {
  await using model = await startStandInModel({
    behaviour: { kind: "slow", delayMs: 60_000, reply: { kind: "text", text: "late" } },
  });
  const gone = new AbortController();
  const asked = ask(model, request, { signal: gone.signal });
  await waitFor(() => model.inFlight === 1, { what: "the call" });
  gone.abort();
  await expect(asked).rejects.toThrow();
  await waitFor(() => model.answers.length === 1, { what: "the log" });
  expect(model.answers).toMatchObject([{ reply: { kind: "hang" }, text: null, whole: false }]);
});

it("answers the calls of each task as planned, and goes on with the last reply", async () => {
  const taskOf = ({ instruction }: ModelCall): string | null =>
    /task (\w+)/.exec(instruction)?.[1] ?? null;
  await using model = await startStandInModel({
    behaviour: repliesInTurn(taskOf, (task) => [
      { kind: "text", text: `first ${task}` },
      ({ index }) => ({ kind: "text", text: `then ${task} as call ${index}` }),
    ]),
  });
  const say = (content: string) => textOf(ask(model, [{ role: "user", content }]));
  expect(await say("task one")).toBe("first one");
  expect(await say("task two")).toBe("first two");
  expect(await say("task one")).toBe("then one as call 2");
  expect(await say("task one")).toBe("then one as call 3");
  expect(await say("nobody's")).toBe("This is an answer without an edit.");
});

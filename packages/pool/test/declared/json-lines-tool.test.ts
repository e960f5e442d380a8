import { TEST_MARKER } from "@cluster/testkit";
import { afterAll, expect, test } from "vitest";
import { declaredTool } from "../../src/declared/index.ts";
import {
  type AgentResult,
  type AgentTask,
  createPool,
  type FramingEvent,
} from "../../src/index.ts";
import { expectNoProcessLeft, markedEnvironment, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** A server as somebody else wrote it: its own names, a banner, no ids where it is told so. */
const SERVER = `
import json, sys
def say(**message): print(json.dumps(message), flush=True)
print("Welcome!", flush=True)
say(state="up")
memory = []
for line in sys.stdin:
    asked = json.loads(line)
    head = {} if "--no-ids" in sys.argv else {"seq": asked.get("seq")}
    if asked["do"] == "forget": memory.clear(); say(**head, out={"text": "ok"})
    elif asked["do"] == "fail": say(**head, problem={"text": "rate limit, wait 2m", "kind": "odd"})
    elif asked["do"] == "hang": pass
    elif asked["do"] == "stop": say(**head, problem={"text": "stopped"})
    else:
        memory.append(asked["do"])
        say(**head, progress="working")
        say(**head, out={"text": " ".join(memory), "files": asked["paths"], "spent": 12})
`;

const definition = {
  name: "server",
  command: "python3",
  arguments: ["-u", "-c", SERVER],
  framing: {
    by: "json-lines",
    ready: { path: "state", equals: "up" },
    request: { seq: "{{id}}", do: "{{message}}", paths: "{{files}}" },
    id: "seq",
    result: "out.text",
    error: "problem",
    errorMessage: "problem.text",
    event: "progress",
    cancel: { seq: "{{id}}", do: "stop" },
    reset: { seq: "{{id}}", do: "forget" },
    otherLines: "skip",
  },
  errors: [{ pattern: { regex: "rate limit, wait (?<retryAfter>\\w+)" }, class: "quota" }],
};
const environment = { [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "" };

test("a server with names of its own answers, fails, is cancelled and reset, in one process", async () => {
  const events: FramingEvent[] = [];
  const trace = (event: FramingEvent): void => void events.push(event);
  await using pool = createPool({ adapter: declaredTool(definition, { environment, trace }) });
  const turn = pool.run("one");
  const texts: string[] = [];
  for await (const event of turn) if (event.type === "text") texts.push(event.text);
  expect([await turn, texts]).toEqual(["one", ["working"]]);
  expect(await rejection(pool.run("fail"))).toMatchObject({
    failureClass: "quota",
    retryAfterMs: 120_000,
  });
  const hanging = pool.run("hang");
  const stopped = rejection(hanging);
  for await (const event of hanging) if (event.type === "started") break;
  hanging.cancel();
  expect(await stopped).toMatchObject({ code: "TURN_CANCELLED" });
  expect(await pool.run("two")).toBe("one two");
  const lease = await pool.lease();
  await lease.release("reset");
  expect(await pool.run("three")).toBe("three");
  expect(pool.status().instances[0]?.generation).toBe(1);
  const roles = events.flatMap((event) => (event.type === "said" ? [event.role] : []));
  expect(roles.slice(0, 5)).toEqual(["between", "ready", "event", "answer", "error"]);
});

test("an agent gets its files, and gives what it took", async () => {
  const adapter = declaredTool<AgentTask, AgentResult>(
    {
      ...definition,
      kind: "agent",
      usage: { costUsd: { path: "out.spent" } },
    },
    { environment },
  );
  await using pool = createPool({ adapter });
  expect(await pool.run({ message: "x", files: ["a.md"] })).toMatchObject({
    reply: "x",
    costUsd: 12,
    endedBy: "protocol",
  });
});

test("answers without an id belong to what was asked last", async () => {
  const { cancel: _, ...framing } = definition.framing;
  const adapter = declaredTool(
    {
      ...definition,
      arguments: [...definition.arguments, "--no-ids"],
      framing: { ...framing, id: false },
    },
    { environment },
  );
  await using pool = createPool({ adapter });
  expect([await pool.run("one"), await pool.run("two")]).toEqual(["one", "one two"]);
});

// A session that is kept: what an agent says late is no part of the next turn, as far as it can be told.
import { type AgentResult, type AgentTask, createPool, type Pool } from "@cluster/pool";
import { type FakeAgentFault, temporaryFolder } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { acpAdapter } from "../src/index.ts";
import { fakeProfile } from "./support/fake.ts";

type Ask = (...orders: readonly string[]) => Promise<AgentResult>;

/** One session of one agent, with one turn after the other. */
async function inSession(
  use: (ask: Ask, pool: Pool<AgentTask, AgentResult>) => Promise<void>,
  ...faults: readonly FakeAgentFault[]
): Promise<void> {
  await using folder = await temporaryFolder();
  await using pool = createPool({
    adapter: acpAdapter(fakeProfile(faults)),
    cwd: folder.path,
    ledger: false,
  });
  await use((...orders) => pool.run({ message: orders.join("\n") }, { release: "keep" }), pool);
}

describe("in a session that is kept", () => {
  test("words that come after the answer are not those of the next turn", async () => {
    await inSession(async (ask) => {
      await ask("remember it", "afterwards say LATE");
      expect(await ask("recall")).toMatchObject({ reply: "it" });
    });
  });

  test("an edit that is told after the answer is not claimed by the next turn", async () => {
    await inSession(async (ask) => {
      await ask("call-open c1 a.txt", "afterwards call-done c1 a.txt");
      expect(await ask("say on")).toMatchObject({ claimedEdits: [] });
    });
  });

  test("a message that goes on in the next turn is known by its id", async () => {
    await inSession(async (ask) => {
      await ask("say-as m1 one", "next-turn say-as m1 LATE");
      expect(await ask("say-as m2 two")).toMatchObject({ reply: "two" });
      // An agent that numbers its messages anew in each turn has not said anything late.
      await ask("say-as 0 a", "say-as 1 b");
      expect(await ask("say-as 0 c", "say-as 1 d")).toMatchObject({ reply: "cd" });
    });
  });

  test("an agent that has one id for all of its messages is heard", async () => {
    await inSession(async (ask) => {
      await ask("say-as m one");
      expect(await ask("say-as m two", "say-as m three")).toMatchObject({ reply: "twothree" });
      expect(await ask("say-as m four")).toMatchObject({ reply: "four" });
    });
  });

  test("a tool call that goes on in the next turn is known by its id", async () => {
    await inSession(async (ask) => {
      await ask("call-open c1 a.txt", "next-turn call-done c1 a.txt");
      expect(await ask("call-open c2 b.txt", "call-done c2 b.txt")).toMatchObject({
        claimedEdits: ["b.txt"],
      });
      // One that uses its ids twice tells of the call again.
      expect(await ask("call-open c2 c.txt", "call-done c2 c.txt")).toMatchObject({
        claimedEdits: ["c.txt"],
      });
    });
  });

  test("a question that the turn before has left open is not the next turn's to answer", async () => {
    await inSession(async (ask) => {
      await ask("call-open c1 a.txt", "next-turn call-ask c1 a.txt");
      expect(await ask("say on")).toMatchObject({ reply: "cancelledon", questions: [] });
      await ask("call-open c2 a.txt", "call-done c2 a.txt", "next-turn call-ask c2 a.txt");
      expect(await ask("say on")).toMatchObject({ reply: "allow_onceon" });
    });
  });

  test("an agent that leaves unknown requests unanswered is served all the same", async () => {
    await inSession(async (ask, pool) => {
      await ask("remember it");
      expect(await ask("recall")).toMatchObject({ reply: "it" });
      expect(pool.status().instances[0]).toMatchObject({ generation: 1 });
    }, "ignores-unknown");
  });
});

import assert from "node:assert/strict";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";

/** An idle agent that is stopped looks well from outside: it is found out because it does not answer. */
export const liveness: Cell = {
  name: "is replaced when it is stopped between turns",
  async run({ model, run, pid, ended }) {
    model.setScript(stepsInTurn({ text: "Here I am." }));
    // Kept, so that it is idle: a reset would be what it does not answer.
    await run({ message: "Are you there?" }, { release: "keep" });
    const stopped = pid();
    assert.ok(stopped !== null);
    const end = ended();
    // With whatever speaks in its name.
    process.kill(-stopped, "SIGSTOP");
    try {
      assert.equal(await end, "ping-failed");
    } finally {
      if (pid() === stopped) process.kill(-stopped, "SIGCONT");
    }
    const { reply } = await run({ message: "Are you there?" });
    assert.match(reply, /Here I am\./);
    return "by another process";
  },
};

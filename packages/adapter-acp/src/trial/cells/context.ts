import assert from "node:assert/strict";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";

/** Nothing of one task is in what the model is told in the next one, on the same process. */
export const noLeak: Cell = {
  name: "forgets one task before the next",
  async run({ model, run, pid }) {
    model.setScript(stepsInTurn({ text: "The answer is QUINCE." }));
    await run({ message: "Remember the word PERSIMMON." });
    assert.match(model.requests.at(-1)?.body ?? "", /PERSIMMON/, "the model got the first task");
    const before = pid();
    model.clear();
    await run({ message: "What was the word?" });
    assert.ok(model.requests.length > 0);
    for (const { body } of model.requests) {
      const [word] = /PERSIMMON|QUINCE/.exec(body) ?? [];
      assert.equal(word, undefined, `the model was told of the task before: ${word}`);
    }
    return pid() === before ? "on the same process" : "on another process";
  },
};

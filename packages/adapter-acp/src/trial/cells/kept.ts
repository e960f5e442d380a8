import assert from "node:assert/strict";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";

/** In a session that is kept, the model is told what was said before. */
export const conversation: Cell = {
  name: "remembers while a session is kept",
  async run({ model, run, pid }) {
    model.setScript(stepsInTurn({ text: "The answer is MEDLAR." }));
    await run({ message: "Remember the word DAMSON." }, { release: "keep" });
    const before = pid();
    model.clear();
    model.setScript(stepsInTurn({ text: "It was that one." }));
    const { reply } = await run({ message: "What was the word?" });
    const asked = model.requests.find(({ tools }) => tools.length > 0);
    for (const word of ["DAMSON", "MEDLAR"]) {
      assert.ok(asked?.body.includes(word), `the model is told of ${word}`);
    }
    assert.doesNotMatch(reply, /MEDLAR/, "words of the turn before");
    assert.match(reply, /It was that one\./);
    assert.equal(pid(), before);
    return "on the same process";
  },
};

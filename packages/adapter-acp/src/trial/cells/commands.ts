import assert from "node:assert/strict";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";
import { afterRefusal } from "./refusal.ts";

/** A command that nobody allowed does not run. */
export const refusedCommand: Cell = {
  name: "runs no command unasked",
  async run({ model, run, read }) {
    model.setScript(stepsInTurn({ shell: "echo ran > refused.txt" }, { text: "Tried." }));
    const end = await afterRefusal(run({ message: "Run a command." }));
    assert.equal(await read("refused.txt"), null);
    return end;
  },
};

/** A command that was allowed runs. */
export const allowedCommand: Cell = {
  name: "runs a command that is allowed",
  async run({ model, run, read }) {
    model.setScript(stepsInTurn({ shell: "echo ran > allowed.txt" }, { text: "It ran." }));
    const { reply } = await run({
      message: "Run a command.",
      permissions: { commands: true },
    });
    assert.equal(await read("allowed.txt"), "ran\n");
    assert.match(reply, /It ran\./);
    return "and goes on";
  },
};

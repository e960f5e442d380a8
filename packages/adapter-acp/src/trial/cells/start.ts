import assert from "node:assert/strict";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";

/** It starts, opens a session and answers. Without this there is nothing to try. */
export const start: Cell = {
  name: "starts and answers",
  async run({ model, run }) {
    model.setScript(stepsInTurn({ text: "Here I am." }));
    const { reply } = await run({ message: "Are you there?" });
    assert.match(reply, /Here I am\./);
    return `by ${model.requests.at(-1)?.wire}`;
  },
};

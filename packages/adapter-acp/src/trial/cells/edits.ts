import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stepsInTurn } from "../model/index.ts";
import type { Cell } from "./cell.ts";
import { afterRefusal } from "./refusal.ts";

/** Writes a new file and one that was there, and the result tells of both. */
export const edits: Cell = {
  name: "edits files",
  async run({ model, run, read, workspace }) {
    await writeFile(join(workspace, "old.txt"), "one\ntwo\n");
    model.setScript(
      stepsInTurn(
        { write: { path: "new.txt", content: "brand new\n" } },
        { write: { path: "old.txt", content: "one\nTWO\n" } },
        { text: "Both are done." },
      ),
    );
    const result = await run({ message: "Edit both files.", files: ["old.txt", "new.txt"] });
    assert.equal(await read("new.txt"), "brand new\n");
    assert.equal(await read("old.txt"), "one\nTWO\n");
    assert.deepEqual([...result.claimedEdits].sort(), ["new.txt", "old.txt"]);
    assert.match(result.reply, /Both are done\./);
    assert.equal(result.proof, "proven");
    return "a new one and an old one";
  },
};

/** Tells as many tokens as the model counted, or that it does not know. */
export const usage: Cell = {
  name: "tells what it used",
  async run({ model, run }) {
    model.clear();
    model.setScript(stepsInTurn({ text: "This is the answer." }));
    const { usage: told, proof } = await run({ message: "Say something." });
    assert.equal(proof, "proven");
    // None for a title, or for what the user may say next: somebody pays for those, too.
    assert.equal(model.requests.length, 1, "one answer takes one request");
    if (told === "unknown") return "not told";
    const sent = Math.ceil((model.requests[0]?.body.length ?? 0) / 4);
    assert.equal(told.inputTokens, sent, "as many tokens as the model counted");
    assert.ok(told.outputTokens > 0);
    return `${told.inputTokens} tokens in, ${told.outputTokens} out`;
  },
};

/** An edit beyond the workspace is not made. */
export const outside: Cell = {
  name: "edits nothing outside its folder",
  async run({ model, run, read }) {
    model.setScript(
      stepsInTurn({ write: { path: "../outside.txt", content: "out\n" } }, { text: "Tried." }),
    );
    const end = await afterRefusal(run({ message: "Write outside." }));
    assert.equal(await read("../outside.txt"), null);
    return end;
  },
};

/** An edit that the task does not allow is asked for, and not made: in the workspace, too. */
export const refusedEdit: Cell = {
  name: "asks before it edits",
  async run({ model, run, read }) {
    const file = { path: "unwanted.txt", content: "unwanted\n" };
    model.setScript(stepsInTurn({ write: file }, { text: "Tried." }));
    const permissions = { createFiles: false };
    const end = await afterRefusal(run({ message: "Make a file.", permissions }));
    assert.equal(await read("unwanted.txt"), null);
    return end;
  },
};

// A tool with one line of JSON for each request and each answer: `{ id, say | remember | recall | reset | slow }`.
import { createInterface } from "node:readline";

const answer = (id, text) => process.stdout.write(`${JSON.stringify({ id, text })}\n`);
let word = "nothing";
let resets = 0;

// One that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 120_000).unref();

for await (const line of createInterface({ input: process.stdin })) {
  const { id, say, remember, recall, reset, slow, forgetsOnce } = JSON.parse(line);
  if (say !== undefined) answer(id, say);
  if (remember !== undefined) {
    word = remember;
    answer(id, "remembered");
  }
  if (recall) answer(id, word);
  if (reset) {
    resets += 1;
    if (!forgetsOnce || resets === 1) word = "nothing";
    answer(id, "reset");
  }
  // Nobody stops it, and it can do other things beside.
  if (slow) setInterval(() => answer(id, "still at it"), 40);
}
process.exit(0);

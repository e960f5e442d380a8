// Writes its answer byte by byte, so that each character of several bytes is cut.
import { setTimeout as delay } from "node:timers/promises";
import { answerOf, turns, write } from "../protocol/speak.mjs";

await turns(async (request) => {
  for (const byte of Buffer.from(answerOf(request, `${request.echo} äß€𝄞🎻`))) {
    write(Uint8Array.of(byte));
    await delay(1);
  }
});

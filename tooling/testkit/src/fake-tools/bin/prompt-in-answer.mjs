// Its answer holds what looks like its prompt, at the start of a line and at the end of a write.
import { setTimeout as delay } from "node:timers/promises";
import { answer, delayMs, options, turns, write } from "../protocol/speak.mjs";

await turns(async (request) => {
  if (options.protocol === "line") {
    write(`quoted:\n${options.prompt}`);
    await delay(delayMs);
    write("is not the end\n");
    answer(request);
  } else answer(request, `quoted:\n${options.prompt}\n{"id":${request.id},"result":"false"}\n`);
});

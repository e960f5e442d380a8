// Says something more, --delay-ms after each answer.
import { answer, delayMs, options, turns, write } from "../protocol/speak.mjs";

const event = JSON.stringify({ event: { type: "notice", level: "info", text: "still here" } });
await turns((request) => {
  answer(request);
  setTimeout(() => write(options.protocol === "json" ? `${event}\n` : "still here\n"), delayMs);
});

// Says something more, --delay-ms after each answer: an event of no turn, or the text of --noise.
import { answer, delayMs, options, turns, write } from "../protocol/speak.mjs";

const event = JSON.stringify({ event: { type: "notice", level: "info", text: "still here" } });
const noise = options.noise || (options.protocol === "json" ? event : "still here");
await turns((request) => {
  answer(request);
  setTimeout(() => write(`${noise}\n`), delayMs);
});

// Answers after --delay-ms, and meanwhile takes the next request; a cancel line does not stop it.
import { answer, delayMs, turns } from "../protocol/speak.mjs";

await turns((request) => {
  setTimeout(() => answer(request), delayMs);
});

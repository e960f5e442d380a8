// Is ready after --delay-ms.
import { setTimeout as delay } from "node:timers/promises";
import { answer, delayMs, turns } from "../protocol/speak.mjs";

await delay(delayMs);
await turns((request) => answer(request));

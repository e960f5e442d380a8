// Answers well, and goes on after SIGTERM, SIGINT and the end of its input.
import { answer, turns } from "../protocol/speak.mjs";

process.on("SIGTERM", () => {}).on("SIGINT", () => {});
setInterval(() => {}, 1000);
await turns((request) => answer(request));

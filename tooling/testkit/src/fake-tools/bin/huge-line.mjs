// Answers with one line of --bytes.
import { answer, options, turns } from "../protocol/speak.mjs";

await turns((request) => answer(request, "x".repeat(Number(options.bytes))));

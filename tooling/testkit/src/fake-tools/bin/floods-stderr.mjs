// Prints --bytes on stderr in its turn and answers when they are read.
import { answer, options, turns } from "../protocol/speak.mjs";

const flood = "warning: flood\n".repeat(Math.ceil(Number(options.bytes) / 15));
await turns(
  (request) =>
    new Promise((resolve) => {
      process.stderr.write(flood, () => resolve(answer(request)));
    }),
);

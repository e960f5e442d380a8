// Prints without end in its turn, as fast as it is read.
import { once } from "node:events";
import { options, turns } from "../protocol/speak.mjs";

const text = "flood ".repeat(1000);
await turns(async ({ id }) => {
  const line =
    options.protocol === "json" ? JSON.stringify({ id, event: { type: "text", text } }) : text;
  for (;;) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
});

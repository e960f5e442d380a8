// Asks before it answers, and takes the next line for the answer.
import { createInterface } from "node:readline";
import { answer, options, ready, write } from "../protocol/speak.mjs";

const text = "Overwrite notes.md?";
const json = options.protocol === "json";
let open = null;
ready();
for await (const line of createInterface({ input: process.stdin })) {
  const message = json ? JSON.parse(line) : { id: 0, request: line, answer: line };
  if (open && message.answer !== undefined) {
    const said = json ? (message.answer.yes ? "yes" : "no") : line;
    answer(open, `${open.echo}: ${said}`);
    open = null;
  } else if (message.request !== undefined) {
    open = { id: message.id, echo: message.request.echo ?? message.request };
    const question = { kind: "confirm", topic: "edit-file", text, subject: "notes.md" };
    write(json ? `${JSON.stringify({ id: open.id, question })}\n` : `${text} (Y)es/(N)o [Yes]: `);
  }
}

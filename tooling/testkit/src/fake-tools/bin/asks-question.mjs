// Asks before it answers: a line with a question and its token, answered by a line with both ids.
import { createInterface } from "node:readline";
import { answer, options, ready, write } from "../protocol/speak.mjs";

const text = "Overwrite notes.md?";
const question = { kind: "confirm", topic: "edit-file", text, subject: "notes.md" };
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
    const { id, request } = message;
    open = { id, echo: request.echo ?? request };
    const asked = JSON.stringify({ id, question, token: `question-${id}` });
    write(json ? `${asked}\n` : `${text} (Y)es/(N)o [Yes]: `);
  }
}

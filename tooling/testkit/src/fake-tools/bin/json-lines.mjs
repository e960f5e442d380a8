// A well-behaved JSON-lines service: {"id":1,"request":{"echo":"x"}} gives {"id":1,"result":"x"}.
import { createInterface } from "node:readline";
import { ready, write } from "../protocol/speak.mjs";

let memory = [];
const asleep = new Map();
const send = (message) => write(`${JSON.stringify(message)}\n`);
const fail = (id, failure, message) => send({ id, error: { class: failure, message } });

const forms = {
  echo: (value) => value,
  remember: (value) => memory.push(value),
  recall: () => memory,
  reset: () => {
    memory = [];
    return true;
  },
  pid: () => process.pid,
  cwd: () => process.cwd(),
  env: (name) => process.env[name] ?? null,
  exit: (code) => process.exit(code),
};

function take({ id, request, cancel }) {
  if (cancel !== undefined) {
    if (!asleep.has(cancel)) return;
    clearTimeout(asleep.get(cancel));
    asleep.delete(cancel);
    return fail(cancel, "cancelled", "The request was cancelled");
  }
  const { fail: failure, events = 0, sleep } = request;
  for (let n = 1; n <= events; n++) send({ id, event: { type: "text", text: `part ${n}` } });
  if (failure) return send({ id, error: failure });
  const form = Object.keys(forms).find((name) => name in request);
  const finish = () => {
    asleep.delete(id);
    if (form) send({ id, result: forms[form](request[form]) });
    else if (sleep !== undefined || events > 0) send({ id, result: null });
    else fail(id, "malformed", `Unknown request: ${JSON.stringify(request)}`);
  };
  if (sleep === undefined) finish();
  else asleep.set(id, setTimeout(finish, sleep));
}

ready();
for await (const line of createInterface({ input: process.stdin })) take(JSON.parse(line));
process.exit(0);

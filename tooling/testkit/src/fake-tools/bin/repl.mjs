// A well-behaved prompt: echoes a line or a {TAG … TAG} block; /commands as in aider.
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { options, write } from "../protocol/speak.mjs";

let memory = [];
let block = null;
let turn = null;

const commands = {
  reset: () => {
    memory = [];
    return "All context is forgotten.";
  },
  remember: (text) => `${memory.push(text)} remembered`,
  recall: () => memory.join(", "),
  pid: () => process.pid,
  cwd: () => process.cwd(),
  env: (name) => process.env[name] ?? "",
  sleep: (ms) => delay(Number(ms), "awake", { signal: turn.signal }),
  exit: (code) => process.exit(Number(code)),
};

async function answer(text) {
  const [, name, rest = ""] = /^\/(\w+)(?: (.*))?$/s.exec(text) ?? [];
  if (!name) return text;
  return name in commands ? commands[name](rest) : `Invalid command: ${text}`;
}

process.on("SIGINT", () => {
  if (turn) turn.abort();
  else write(`^C\n${options.prompt}`);
});
write(options.banner ? `${options.banner}\n${options.prompt}` : options.prompt);
for await (const line of createInterface({ input: process.stdin })) {
  if (block && line === `${block.tag}}`) {
    write(`${block.lines.join("\n")}\n${options.prompt}`);
    block = null;
  } else if (block) block.lines.push(line);
  else if (/^\{\w+$/.test(line)) block = { tag: line.slice(1), lines: [] };
  else {
    turn = new AbortController();
    const text = await answer(line).catch(() => "^C");
    turn = null;
    write(`${text}\n${options.prompt}`);
  }
}
process.exit(0);

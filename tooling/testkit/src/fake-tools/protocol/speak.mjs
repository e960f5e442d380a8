// What the fake tools share: their arguments, and the two protocols that a fault can be shown in.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const text = (value) => ({ type: "string", default: value });

export const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    protocol: text("json"),
    prompt: text("> "),
    banner: text(""),
    "delay-ms": text("300"),
    bytes: text("8388608"),
    code: text(""),
    signal: text(""),
    stderr: text(""),
    noise: text(""),
    after: text("0"),
    when: text(""),
    stdin: { type: "boolean", default: false },
    "own-session": { type: "boolean", default: false },
  },
});

// A tool that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 120_000).unref();
process.stdout.on("error", () => process.exit(0));

const json = options.protocol === "json";

export const delayMs = Number(options["delay-ms"]);

export function write(chunk) {
  process.stdout.write(chunk);
}

export function ready(extra = {}) {
  if (json) write(`${JSON.stringify({ ready: true, ...extra })}\n`);
  else
    write(
      Object.entries(extra)
        .map(([key, value]) => `${key} ${value}\n`)
        .join("") + options.prompt,
    );
}

/** The bytes of a whole answer, for tools that do not send it as it should be sent. */
export function answerOf({ id }, result) {
  if (json) return `${JSON.stringify({ id, result })}\n`;
  return `${typeof result === "string" ? result : JSON.stringify(result)}\n${options.prompt}`;
}

export function answer(request, result = request.echo) {
  write(answerOf(request, result));
}

/**
 * Says that it is ready and hands over each request. Requests before `--after N`, and those without
 * the text of `--when`, are answered as they should be.
 */
export async function turns(fault, extra) {
  ready(extra);
  let served = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const message = json ? JSON.parse(line) : { id: 0, request: line };
    if (!("request" in message)) continue;
    const { id, request } = message;
    const known = { id, request, echo: request?.echo ?? request };
    if (served++ < Number(options.after) || !line.includes(options.when)) answer(known);
    else await fault(known);
  }
}

import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { lineProtocol, oneShot, ptyHost, type ToolAdapter } from "../../src/index.ts";
import { conformance, type TextTool, textSamples } from "../../src/testing/index.ts";
import { PROGRAMS } from "../support/interactive-programs.ts";
import { noTerminals } from "../support/terminals.ts";
import { expectNoProcessLeft, jsonLines, markedEnvironment, python } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const ALWAYS = [
  "start.ready",
  "start.environment",
  "turn.answers",
  "turn.row",
  "turn.side-by-side",
  "framing.pieces",
  "cancel.next",
  "deadline.turn",
  "crash.killed",
  "end.nothing-left",
];
const HOSTILE = [
  "framing.code-points",
  "framing.invalid-utf8",
  "framing.nul",
  "framing.colours",
  "framing.carriage-returns",
  "framing.long-line",
];

const options = { pingTimeoutMs: 1_000, settleMs: 100, pool: { graceMs: 1_000 } };

const inPython: TextTool = {
  print: (text) => `print("${text}")`,
  printBytes: (bytes) =>
    `import sys; sys.stdout.buffer.write(bytes([${[...bytes].join()}])); sys.stdout.flush()`,
  repeat: (text, times) => `print("${text}" * ${times}, end="", flush=True)`,
  prompt: ">>> ",
  slow: "import time\nfor n in range(600): print(n, flush=True); time.sleep(0.1)",
  silent: "import time; time.sleep(60)",
  dies: "import os; os._exit(0)",
  printBoth: (first, second) => `print("${first}")\nprint("${second}")`,
  remember: (word) => `word = "${word}"`,
  recall: "print(word)",
};

conformance(
  { ...python, name: "lineProtocol with python", capabilities: { conversation: true } },
  {
    ...textSamples(inPython),
    leavesChild: () =>
      "import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)",
    talksOn: () => ({
      request:
        "import threading; threading.Timer(0.2, lambda: print('late')).start(); print('now')",
      check: (answer) => answer === "now",
    }),
  },
  {
    ...options,
    require: [...ALWAYS, ...HOSTILE, "framing.prompt", "turn.several-lines", "context.reset"],
  },
);

const bash = PROGRAMS.at(-1)?.adapter as ToolAdapter;
const inBash: TextTool = {
  print: (text) => `echo "${text}"`,
  printBytes: (bytes) =>
    `printf '${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}'`,
  repeat: (text, times) => `printf '${text}%.0s' $(seq ${times})`,
  prompt: "$ ",
  slow: "for n in $(seq 600); do echo $n; sleep 0.1; done",
  silent: "sleep 60",
  dies: "exit 0",
  printBoth: (first, second) => `echo ${first}\necho ${second}`,
  remember: (word) => `word=${word}`,
  recall: "echo $word",
};

if (noTerminals === null) {
  conformance(
    {
      ...bash,
      name: "ptyHost with bash",
      host: () => ptyHost(),
      capabilities: { conversation: true },
      connect: lineProtocol({
        setup: "PS1= PS2=",
        sentinel: {
          command: (nonce) => `echo "${nonce.slice(0, 4)}""${nonce.slice(4)}"\n`,
          output: (nonce) => `${nonce}\n`,
        },
        interruptible: true,
      }),
    },
    textSamples(inBash),
    { ...options, require: [...ALWAYS, ...HOSTILE, "framing.prompt", "cancel.keeps-process"] },
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the fake tool takes and gives any JSON
type Json = any;

const says = (text: string) => (): { request: Json; check: (answer: Json) => boolean } => ({
  request: { echo: text },
  check: (answer) => answer === text,
});

conformance<Json, Json>(
  { ...jsonLines({ cancel: (id) => ({ cancel: id }) }), capabilities: { conversation: true } },
  {
    works: (n) => says(`answer ${n}`)(),
    slow: () => ({ sleep: 60_000 }),
    silent: () => ({ sleep: 60_000 }),
    severalLines: says("one\ntwo"),
    dies: () => ({ exit: 0 }),
    hostile: {
      prompt: says('{"id":1,"result":2}\n{"ready":true}'),
      codePoints: says("é 漢字 🎉"),
      nul: says("a\0b"),
      colours: says("\u001b[31mred\u001b[0m"),
      carriageReturns: says("10%\r50%\r\nend"),
      longLine: says("long line 123456".repeat(65_536)),
    },
    secret: { plant: (word) => ({ remember: word }), ask: () => ({ recall: true }) },
    fails: {
      quota: () => ({
        request: { fail: { class: "quota", message: "Too many.", retryAfterMs: 1_500 } },
        retryAfterMs: 1_500,
      }),
      refused: () => ({ request: { fail: "No." } }),
    },
  },
  {
    ...options,
    require: [
      ...ALWAYS,
      "cancel.keeps-process",
      "context.reset",
      "context.reset-keeps-process",
      "ping.answers",
      "ping.stopped",
      "failure.quota",
    ],
  },
);

const sampleTool: string = fileURLToPath(new URL("support/echo-once.mjs", import.meta.url));

conformance(
  {
    name: "oneShot",
    capabilities: { oneShot: true },
    command: () => ({ file: process.execPath, args: [sampleTool], env: markedEnvironment }),
    connect: oneShot({ input: (request: string) => request }),
  },
  {
    ...textSamples({
      print: (text) => text,
      printBytes: (bytes) => `base64 ${bytes.toString("base64")}`,
      repeat: (text, times) => text.repeat(times),
      prompt: "> ",
      slow: "slow",
      silent: "silent",
      printBoth: (first, second) => `${first}\n${second}`,
      remember: (word) => `remember ${word}`,
      recall: "recall",
    }),
    leavesChild: () => "child",
    fails: { crash: () => ({ request: "fail" }) },
  },
  {
    ...options,
    require: [...ALWAYS, ...HOSTILE, "context.reset", "end.children", "failure.crash"],
  },
);

import { fileURLToPath } from "node:url";
import type { HostileOutput, Samples } from "../../src/testing/core.ts";
import { type TextTool, textSamples } from "../../src/testing/text-samples.ts";
import type { DeclaredCase } from "./declared-cases.ts";

type TextSamples = Samples<string, string>;

/** How a tool is made to say and do what the promises need. */
interface Speech extends Omit<TextTool, "slow" | "silent" | "prompt" | "printBoth"> {
  /** Where an answer is not the bare text. */
  readonly works?: TextSamples["works"];
  /** Starts `sleep 60`, and does not wait for it. */
  readonly leavesChild?: string;
  /** Answers "now", and says "late" some moments later. */
  readonly talksOn?: string;
  /** Further samples, over the others. */
  readonly more?: Partial<TextSamples>;
  /** Ids of promises that it has no way to show. */
  readonly cannot?: readonly string[];
}

const here = fileURLToPath(import.meta.url);
const octal = (bytes: Buffer, slash = "\\"): string =>
  [...bytes].map((byte) => slash + byte.toString(8).padStart(3, "0")).join("");
const list = (bytes: Buffer): string => [...bytes].join();
/** In a shell: two words now, and one when nobody asks. */
const inShell = { child: "sleep 60 >/dev/null 2>&1 &", talk: "(sleep 0.3; echo late) &" };

/** Tools that cannot print any byte: the framing of those is the same for all. */
const NO_BYTES = [
  "framing.code-points",
  "framing.invalid-utf8",
  "framing.nul",
  "framing.colours",
  "framing.carriage-returns",
];

const SPEECH: Readonly<Record<string, Speech>> = {
  python: {
    print: (text) => `print("${text}")`,
    printBytes: (bytes) => `import sys; x = sys.stdout.buffer.write(bytes([${list(bytes)}]))`,
    remember: (word) => `word = "${word}"`,
    recall: "print(globals().get('word'))",
    dies: "exit()",
    leavesChild: "import subprocess; x = subprocess.Popen(['sleep', '60'], start_new_session=True)",
    talksOn:
      "import sys, threading; threading.Timer(0.3, lambda: sys.stdout.write('late\\n')).start(); print('now')",
  },
  node: {
    // The REPL shows the value of what it is told: a text is in quotes.
    works: (n) => exactly(`"answer ${n}"`, `'answer ${n}'`)(),
    print: (text) => `"${text}"`,
    printBytes: (bytes) => `process.stdout.write(Buffer.from([${list(bytes)}])); ""`,
    shows: (bytes) => `${bytes.toString("utf8")}''`,
    remember: (word) => `globalThis.word = "${word}"`,
    recall: "globalThis.word",
    dies: "process.exit(0)",
    leavesChild:
      "require('child_process').spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref()",
    more: {
      talksOn: () => exactly("setTimeout(() => console.log('late'), 300); 'now'", "'now'")(),
    },
  },
  bash: {
    print: (text) => `echo "${text}"`,
    printBytes: (bytes) => `printf '${octal(bytes)}'`,
    remember: (word) => `word=${word}`,
    recall: "echo $word",
    dies: "exit 0",
    leavesChild: inShell.child,
    // Within brackets it is no job of which the shell speaks.
    talksOn: `( ${inShell.talk} ); echo now`,
  },
  bc: {
    print: (text) => `print "${text}\\n"`,
    dies: "quit",
    cannot: [
      ...NO_BYTES,
      "framing.between-turns",
      "end.children",
      "context.kept",
      "context.reset",
      "context.replaced",
    ],
  },
  sqlite3: {
    print: (text) => `select '${text}';`,
    printBytes: (bytes) => `.shell printf '${octal(bytes, "\\\\")}'`,
    remember: (word) =>
      `create table if not exists words (word); insert into words values ('${word}');`,
    recall: "create table if not exists words (word); select word from words;",
    dies: ".quit",
    leavesChild: `.shell ${inShell.child}`,
    talksOn: `.shell ${inShell.talk} echo now`,
  },
  exiftool: {
    print: (text) => `-echo\n${text}`,
    printBytes: (bytes) => `-q\n-q\n-if\nprint(pack("C*",${list(bytes)}))*0\n${here}`,
    dies: "-stay_open\nFalse",
    leavesChild: `-q\n-q\n-if\nsystem("${inShell.child}")*0\n${here}`,
    talksOn: `-q\n-q\n-if\nsystem("${inShell.talk} echo now")*0\n${here}`,
    // It knows nothing of the request before.
    cannot: ["context.kept", "context.reset", "context.replaced"],
  },
  gdb: {
    print: (text) => `-interpreter-exec console "echo ${text}\\n"`,
    works: (n) => exactly(`-data-evaluate-expression 1000+${n}`, `^done,value="${1000 + n}"`)(),
    printBytes: (bytes) =>
      `-interpreter-exec console "shell printf '${octal(bytes, "\\\\")}\\\\n'"`,
    shows: (bytes) => `${bytes.toString("utf8")}\n^done`,
    remember: (word) => `-gdb-set args ${word}`,
    recall: "-gdb-show args",
    dies: "-gdb-exit",
    leavesChild: `-interpreter-exec console "shell ${inShell.child}"`,
    more: {
      talksOn: () =>
        exactly(`-interpreter-exec console "shell ${inShell.talk} echo now"`, "now\n^done")(),
    },
  },
  psql: {
    print: (text) => `select '${text}';`,
    printBytes: (bytes) => `\\! printf '${octal(bytes)}'`,
    remember: (word) => `\\set word ${word}`,
    recall: "\\echo :word",
    dies: "\\q",
    leavesChild: `\\! ${inShell.child}`,
    talksOn: `\\! ${inShell.talk} echo now`,
  },
};

function exactly(request: string, answer: string) {
  return (): { request: string; check: (found: string) => true | string } => ({
    request,
    check: (found) => found === answer || `found ${JSON.stringify(found)}`,
  });
}

/** Everything that a shipped tool can be asked for, and what it has no way to show. */
export function samplesOf(tool: DeclaredCase): {
  readonly samples: TextSamples;
  readonly cannot: readonly string[];
} {
  const speech = SPEECH[tool.name] as Speech;
  const { works, leavesChild, talksOn, more, cannot = [], ...text } = speech;
  const [wrong] = tool.failing;
  const usual = textSamples({ ...text, slow: tool.endless });
  const hostile: Partial<Record<HostileOutput, unknown>> = { ...usual.hostile };
  return {
    cannot,
    samples: {
      ...usual,
      ...(works === undefined ? {} : { works }),
      severalLines: exactly(...tool.severalLines),
      hostile: {
        ...(hostile as TextSamples["hostile"]),
        prompt: exactly(...tool.promptLike),
        longLine: () => ({
          request: tool.million,
          check: (found) => (found.match(/x/g)?.length ?? 0) >= 1_000_000,
        }),
      },
      fails: { refused: () => ({ request: wrong }) },
      ...(leavesChild === undefined ? {} : { leavesChild: () => leavesChild }),
      ...(talksOn === undefined ? {} : { talksOn: exactly(talksOn, "now") }),
      ...more,
    },
  };
}

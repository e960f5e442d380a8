import { spawnSync } from "node:child_process";
import { type LineProtocolOptions, lineProtocol, type ToolAdapter } from "../../src/index.ts";
import { markedEnvironment } from "./tools.ts";

/** A program that is made for people, and what it answers. */
export interface InteractiveProgram {
  readonly adapter: ToolAdapter;
  /** Why it cannot be tried here, or null. */
  readonly missing: string | null;
  readonly asks: readonly (readonly [request: string, answer: string | RegExp])[];
}

/** In two pieces, so that an echo of what is typed does not hold the whole. */
type Pieces = (one: string, other: string) => string;

function program(
  file: string,
  args: readonly string[],
  typed: Pieces,
  options: Omit<LineProtocolOptions, "sentinel">,
  asks: InteractiveProgram["asks"],
  env: Readonly<Record<string, string>> = {},
): InteractiveProgram {
  const found = spawnSync(file, ["--version"], { stdio: "ignore" });
  return {
    missing: found.error === undefined ? null : `there is no ${file}`,
    asks,
    adapter: {
      name: file.replace(/.*\//, ""),
      command: () => ({ file, args, env: { ...markedEnvironment, ...env } }),
      connect: lineProtocol({
        sentinel: {
          command: (nonce) => `${typed(nonce.slice(0, 9), nonce.slice(9))}\n`,
          output: (nonce) => `${nonce}\n`,
        },
        mergeStderr: true,
        ...options,
      }),
    },
  };
}

export const PROGRAMS: readonly InteractiveProgram[] = [
  program(
    "python3",
    ["-u", "-q", "-i"],
    (one, other) => `print("${one}" "${other}")`,
    {
      setup: "import sys; sys.ps1 = sys.ps2 = ''",
      encode: (code) => `exec(${JSON.stringify(code)})`,
      interruptible: true,
    },
    [
      ["print(6 * 7)", "42"],
      ["for n in range(2):\n  print(n)", "0\n1"],
      ["1/0", /ZeroDivisionError: division by zero$/],
    ],
  ),
  program(
    process.execPath,
    [
      "-e",
      "require('repl').start({ prompt: '', terminal: false, ignoreUndefined: true, breakEvalOnSigint: true })",
    ],
    (one, other) => `console.log("${one}" + "${other}")`,
    { interruptible: true },
    [
      ["6 * 7", "42"],
      ["[1, 2].map((n) => n * 2)", "[ 2, 4 ]"],
      ["throw new Error('no')", /^Uncaught Error: no/],
    ],
  ),
  program(
    "bc",
    ["-q"],
    (one, other) => `print "${one}","${other}\\n"`,
    {},
    [
      ["6 * 7", "42"],
      ["scale = 5; 1 / 3", ".33333"],
    ],
    { BC_LINE_LENGTH: "0" },
  ),
  program(
    "sqlite3",
    ["-cmd", ".prompt '' ''"],
    (one, other) => `select '${one}' || '${other}';`,
    {},
    [
      ["select 6 * 7;", "42"],
      ["create table t (a);\ninsert into t values (1), (2);\nselect * from t;", "1\n2"],
      ["select missing;", /no such column: missing/],
    ],
  ),
  program(
    "bash",
    ["--norc", "--noprofile"],
    (one, other) => `echo "${one}""${other}"`,
    { setup: "PS1= PS2=", interruptible: true, plain: true },
    [
      ["echo $((6 * 7))", "42"],
      ["for n in 1 2; do\n  echo $n\ndone", "1\n2"],
      ["ls /no/such/folder", /No such file or directory$/],
    ],
  ),
];

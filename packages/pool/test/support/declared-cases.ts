import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a shipped tool is asked, and what it answers. */
export interface DeclaredCase {
  readonly name: string;
  /** The program, to know whether it is here. */
  readonly program: string;
  readonly turns: readonly (readonly [request: string, answer: string])[];
  readonly severalLines: readonly [request: string, answer: string];
  readonly failing: readonly [request: string, message: RegExp];
  /** Its answer holds what the tool prints when it takes input, or what its end looks like. */
  readonly promptLike: readonly [request: string, answer: string];
  /** Its answer has a million times the letter x. */
  readonly million: string;
  readonly endless: string;
  readonly saysThatItBegan?: boolean;
  /** Whether a stopped turn leaves its process in service. */
  readonly interruptible: boolean;
  /** Leaves something in the context, and asks for it; absent where there is no context. */
  readonly context?: readonly [leave: string, ask: string, known: string];
  readonly resettable?: boolean;
}

const here = fileURLToPath(import.meta.url);

/** Why a program cannot be tried here, or null. */
export function missing(program: string): string | null {
  const found = spawnSync(program, ["--version"], { stdio: "ignore" });
  return found.error === undefined ? null : `there is no ${program}`;
}

export const CASES: readonly DeclaredCase[] = [
  {
    name: "python",
    program: "python3",
    turns: [
      ["6 * 7", "42"],
      ["x = 5", ""],
      ["x + 1", "6"],
    ],
    severalLines: ["def f(n):\n  return n * 2\n\nf(4)", "8"],
    failing: ["1/0", /^ZeroDivisionError: division by zero$/],
    promptLike: ["print('>>> ')\nprint('>>> 1')", ">>> \n>>> 1"],
    million: "print('x' * 1000000)",
    endless: "while True: pass",
    interruptible: true,
    context: ["kept = 7", "'kept' in globals()", "True"],
  },
  {
    name: "node",
    program: "node",
    turns: [
      ["6 * 7", "42"],
      ["const x = 5", "undefined"],
      ["x + 1", "6"],
    ],
    severalLines: ["[1, 2].map(\n  (n) => n * 2,\n)", "[ 2, 4 ]"],
    failing: ["throw new Error('no')", /^Error: no$/],
    promptLike: ["console.log('> \\n... '), 1", "> \n... \n1"],
    million: "console.log('x'.repeat(1000000))",
    endless: "for (;;) {}",
    // An interrupt may reach it when it is at the next request already.
    interruptible: false,
    context: ["const kept = 7", "typeof kept", "'number'"],
  },
  {
    name: "bc",
    program: "bc",
    turns: [
      ["6 * 7", "42"],
      ["x = 5", ""],
      ["x + 1", "6"],
    ],
    severalLines: ["for (i = 0; i < 2; i++) {\n  i\n}", "0\n1"],
    failing: ["1 / 0", /Divide by zero|divide by 0/i],
    promptLike: ['print ">>> \\n", "(standard_in)\\n"', ">>> \n(standard_in)"],
    million: `for (i = 0; i < 10000; i++) print "${"x".repeat(100)}"`,
    endless: "while (1) {}",
    interruptible: false,
    context: ["kept = 7", "kept", "7"],
  },
  {
    name: "sqlite3",
    program: "sqlite3",
    turns: [
      ["select 6 * 7;", "42"],
      ["create table t (a);", ""],
      ["select count(*) from t", "0"],
    ],
    severalLines: ["select 1;\n-- a remark\nselect\n  2;", "1\n2"],
    failing: ["select missing;", /^no such column: missing/],
    promptLike: ["select 'sqlite> '; select '   ...> ';", "sqlite> \n   ...> "],
    million: "select replace(hex(zeroblob(500000)), '0', 'x');",
    endless:
      "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c;",
    interruptible: false,
    context: [
      "create table kept (a);",
      "select count(*) from sqlite_master where name = 'kept';",
      "1",
    ],
  },
  {
    name: "exiftool",
    program: "exiftool",
    turns: [
      ["-echo\nhello", "hello"],
      [`-s3\n-FileName\n${here}`, "declared-cases.ts"],
    ],
    severalLines: [`-s3\n-FileName\n-FileType\n${here}`, "declared-cases.ts\nTXT"],
    failing: ["/no/such.jpg", /^File not found - \/no\/such\.jpg$/],
    promptLike: ["-echo\n{ready}", "{ready}"],
    million: `-echo\n${"x".repeat(1_000_000)}`,
    endless: `-if\nsleep(600)\n${here}`,
    interruptible: false,
    resettable: true,
  },
  {
    name: "gdb",
    program: "gdb",
    turns: [
      ["-data-evaluate-expression 6*7", '^done,value="42"'],
      ["-gdb-set $x = 5", "^done"],
      ["-data-evaluate-expression $x+1", '^done,value="6"'],
    ],
    severalLines: [
      "-data-evaluate-expression 1\n-data-evaluate-expression 2",
      '^done,value="1"\n^done,value="2"',
    ],
    failing: ["-no-such-command", /^Undefined MI command: no-such-command$/],
    promptLike: [
      '-interpreter-exec console "echo (gdb) \\n^done\\n(gdb)"',
      '~"(gdb) \\n"\n~"^done\\n"\n~"(gdb)"\n^done',
    ],
    million: `-interpreter-exec console "python print('x' * 1000000)"`,
    endless: '-interpreter-exec console "python while True: pass"',
    interruptible: true,
    context: ["-gdb-set $kept = 7", "-data-evaluate-expression $kept", '^done,value="7"'],
  },
  {
    name: "psql",
    program: "psql",
    turns: [
      ["select 6 * 7;", "42"],
      ["\\set x 5", ""],
      ["select :x + 1", "6"],
    ],
    severalLines: ["select 1;\n-- a remark\nselect\n  2;", "1\n2"],
    failing: ["select missing;", /^column "missing" does not exist$/],
    promptLike: ["select 'postgres=# ' || chr(10) || 'postgres-# ';", "postgres=# \npostgres-# "],
    million: "select repeat('x', 1000000);",
    endless: "select pg_sleep(600);",
    interruptible: false,
    context: ["set cluster.kept = '7';", "select current_setting('cluster.kept', true);", "7"],
  },
  {
    name: "bash",
    program: "bash",
    turns: [
      ["echo $((6 * 7))", "42"],
      ["x=5", ""],
      ["echo $((x + 1))", "6"],
    ],
    severalLines: ["for n in 1 2; do\n  echo $n\ndone", "1\n2"],
    failing: ["if", /^syntax error: /],
    promptLike: ["printf 'bash-5.2$ \\n> \\n'", "bash-5.2$ \n> "],
    million: "printf 'x%.0s' {1..1000000}",
    endless: "sleep 600",
    interruptible: true,
    context: ["kept=7", "echo $kept", "7"],
  },
];

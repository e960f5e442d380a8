import { fileURLToPath } from "node:url";

/** What a shipped tool is given, and what its answer has. */
export interface ToolTask {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  /** How it forgets: by a reset of its own, or in a new process. */
  readonly fresh: "reset" | "replaced";
  /** What a process for one task needs behind its request, where the end of its input is not enough. */
  readonly ending?: string;
}

const here = fileURLToPath(import.meta.url);

export const TASKS: readonly ToolTask[] = [
  { name: "python", request: "6 * 7", answer: "42", fresh: "replaced" },
  { name: "node", request: "6 * 7", answer: "42", fresh: "replaced" },
  { name: "bc", request: "6 * 7", answer: "42", fresh: "replaced" },
  { name: "sqlite3", request: "select 6 * 7;", answer: "42", fresh: "replaced" },
  {
    name: "exiftool",
    request: `-s3\n-FileName\n${here}`,
    answer: "tasks.ts",
    fresh: "reset",
    ending: "-execute\n-stay_open\nFalse",
  },
  {
    name: "gdb",
    request: "-data-evaluate-expression 6*7",
    answer: 'value="42"',
    fresh: "replaced",
    ending: "-gdb-exit",
  },
  { name: "psql", request: "select 6 * 7;", answer: "42", fresh: "replaced" },
  { name: "bash", request: "echo $((6 * 7))", answer: "42", fresh: "replaced" },
];

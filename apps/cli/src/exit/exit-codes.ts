/** Every exit code of `cluster` and what it means. README and `--help` print this table. */
export const EXIT_CODES = {
  done: { code: 0, meaning: "everything is done: each task landed, or changed nothing" },
  failed: { code: 1, meaning: "some tasks failed; the report names each one" },
  usage: {
    code: 2,
    meaning: "a flag, the configuration or an input is wrong; nothing was started",
  },
  setup: { code: 3, meaning: "a tool, or something that a run needs, is missing or broken" },
  halted: {
    code: 4,
    meaning: "the run gave up: every task would fail alike, as with a refused key",
  },
  budget: {
    code: 5,
    meaning:
      "the run's limit of cost, tokens or time is reached; cluster resume goes on with a higher one",
  },
  quota: {
    code: 6,
    meaning: "the provider refuses for quota; cluster resume goes on when it answers again",
  },
  internal: { code: 70, meaning: "a mistake of cluster itself; please report it" },
  interrupted: { code: 130, meaning: "interrupted by ^C or SIGTERM; what had landed is kept" },
} as const;

export type ExitName = keyof typeof EXIT_CODES;

/** The table as lines for help texts. */
export function exitCodeLines(): string[] {
  return Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
  );
}

import { waitFor } from "@cluster/testkit";
import { spawn } from "@lydell/node-pty";
import type { Bench } from "./bench.ts";
import { MAIN, SAMPLE_CONFIG } from "./cli.ts";

/** A command on a terminal of its own, as a user has it. */
export interface TerminalCli {
  /** All that it has printed, escapes and all. */
  printed(): string;
  /** Resolves when it has printed a text. */
  says(text: string): Promise<void>;
  type(keys: string): void;
  /** Its exit code. */
  readonly ended: Promise<number>;
}

/** Starts `cluster run` with the sample agent on a terminal. */
export function startOnTerminal(
  bench: Bench,
  args: readonly string[],
  { columns = 100 }: { readonly columns?: number } = {},
): TerminalCli {
  const command = ["--conditions=@cluster/source", MAIN, "run", "--config", SAMPLE_CONFIG, ...args];
  // Where CI is set, nothing is redrawn, terminal or not.
  const { CI: _, ...env } = { ...process.env, ...bench.cli.env };
  const child = spawn(process.execPath, command, {
    name: "xterm",
    cols: columns,
    rows: 30,
    cwd: bench.repository.path,
    env: { ...env, SAMPLE_AGENT_STATE: bench.cli.home },
  });
  let printed = "";
  child.onData((text) => {
    printed += text;
  });
  return {
    printed: () => printed,
    says: async (text) => {
      await waitFor(() => printed.includes(text), { what: text, timeoutMs: 60_000 });
    },
    type: (keys) => child.write(keys),
    ended: new Promise((resolve) => child.onExit(({ exitCode }) => resolve(exitCode))),
  };
}

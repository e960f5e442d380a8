import { execa } from "execa";

/** What one whole command cost, everything that it started and waited for included. */
export interface Cost {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly stdout: string;
}

/** A command as an argument array. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const MARK = "timed-command:";

/** Runs a command and measures it as the shell's own `time` does, which counts children too. */
export async function timedCommand(command: Command): Promise<Cost> {
  // The command comes in as positional arguments: nothing of it is read as shell.
  const script = `TIMEFORMAT='${MARK} %R %U %S'; time "$@"`;
  const { stdout, stderr } = await execa(
    "bash",
    ["-c", script, "bash", command.file, ...command.args],
    {
      cwd: command.cwd,
      env: { ...command.env },
      maxBuffer: 1024 * 1024 * 1024,
    },
  );
  const line = stderr.split("\n").findLast((text) => text.startsWith(MARK)) ?? "";
  const [wall, user, system] = line.slice(MARK.length).trim().split(" ").map(Number);
  if (wall === undefined || user === undefined || system === undefined) {
    throw new Error(`Expected a line of times from bash, found: ${stderr.slice(-500)}`);
  }
  return { wallSeconds: wall, cpuSeconds: user + system, stdout };
}

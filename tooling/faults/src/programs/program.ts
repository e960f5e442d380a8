import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { TEST_MARKER } from "@cluster/testkit";
import { onTestFinished } from "vitest";

/** A Node program of this folder in a process of its own, which speaks lines of JSON. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Its next line. */
  next(): Promise<unknown>;
  /** Sends it a line. */
  tell(line: string): void;
}

/**
 * Starts a program.
 *
 * @param options.marker By which its processes are found.
 * @param options.limit A prefix to its command, such as one that sets a limit.
 * @param options.state The folder for what its pools remember from one program to the next.
 */
export function startProgram(
  name: "few-descriptors" | "orphans",
  args: readonly string[],
  options: { readonly marker: string; readonly limit?: readonly string[]; readonly state?: string },
): Program {
  const { marker, limit = [], state } = options;
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const node = [process.execPath, "--conditions=@cluster/source", script, ...args];
  const [file = "", ...rest] = [...limit, ...node];
  const child = spawn(file, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      ...(state === undefined ? {} : { XDG_STATE_HOME: state }),
      [TEST_MARKER]: marker,
    },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // Also where the test runs out of time.
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return {
    pid: child.pid as number,
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${name} ended without another line.`);
      return JSON.parse(value);
    },
    tell(line) {
      child.stdin.write(`${line}\n`);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

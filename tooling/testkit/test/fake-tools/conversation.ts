import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { type Executable, waitFor } from "../../src/index.ts";

/** A fake tool that a test speaks with; it is killed when the test ends. */
export interface Conversation {
  readonly pid: number;
  /** Resolves with the exit code, or the signal. */
  readonly exited: Promise<number | string | null>;
  /** All bytes of stdout so far. */
  readonly bytes: () => Buffer;
  readonly stderr: () => string;
  /** All of stdout so far, as text. */
  readonly said: () => string;
  /** The messages so far, of a tool that speaks JSON lines. */
  readonly messages: () => Record<string, unknown>[];
  send(message: object | string): void;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** Waits until stdout ends with this text. */
  until(text: string): Promise<void>;
  /** Waits for the message with the result or the error under this id. */
  answer(id: number): Promise<Record<string, unknown>>;
}

export function converse(
  { file, args }: Executable,
  options: { env?: Record<string, string>; cwd?: string } = {},
): Conversation {
  const child = spawn(file, args, { ...options, env: { ...process.env, ...options.env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  child.stdin.on("error", () => {});
  const exited = new Promise<number | string | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal));
  });
  const bytes = (): Buffer => Buffer.concat(out);
  const said = (): string => bytes().toString();
  const messages = (): Record<string, unknown>[] =>
    said()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return {
    pid: child.pid ?? 0,
    exited,
    bytes,
    said,
    stderr: () => Buffer.concat(err).toString(),
    messages,
    send: (message) => {
      child.stdin.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
    },
    endInput: () => child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    until: async (text) => {
      await waitFor(() => said().endsWith(text), { what: JSON.stringify(text) });
    },
    answer: async (id) => {
      const isAnswer = (message: Record<string, unknown>): boolean =>
        message.id === id && ("result" in message || "error" in message);
      return waitFor(() => messages().find(isAnswer) as Record<string, unknown>, {
        what: `the answer to ${id}`,
      });
    },
  };
}

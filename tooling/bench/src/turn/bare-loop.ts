import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/**
 * What somebody writes who needs nothing but speed: one child, one request at a time, one JSON value
 * a line, lines cut on bytes. No deadline, no limit, no restart.
 */
export class BareLoop implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #rest: Buffer | null = null;
  #id = 0;
  #answer: (line: { readonly id: number; readonly result: unknown }) => void = () => {};

  constructor(file: string, args: readonly string[]) {
    // In a session of its own, as every tool of a pool: on a busy machine the kernel shares the
    // processors out by sessions, and the figures would compare that.
    this.#child = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"], detached: true });
    this.#child.stdout.on("data", (chunk: Buffer) => {
      let bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a)) {
        this.#answer(JSON.parse(bytes.toString("utf8", 0, end)));
        bytes = bytes.subarray(end + 1);
      }
      this.#rest = bytes.length === 0 ? null : bytes;
    });
  }

  /** Resolves with the child's first line. */
  ready(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  run(request: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.#id += 1;
      const id = this.#id;
      this.#answer = (line) => {
        if (line.id === id) resolve(line.result);
      };
      this.#child.stdin.write(`${JSON.stringify({ id, request })}\n`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.stdin.end();
    await gone;
  }
}

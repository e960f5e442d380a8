import { createInterface } from "node:readline";
import type { ToolConnection, ToolProcess } from "../../../src/index.ts";

/** A request to the plain tool. */
export interface PlainRequest {
  readonly [what: string]: unknown;
}

/** Speaks with the plain tool, and has no faults of its own. */
export class PlainConnection implements ToolConnection<PlainRequest, string> {
  readonly process: ToolProcess;
  readonly #waiting = new Map<number, (text: string) => void>();
  #lastId = 0;

  constructor(process: ToolProcess) {
    this.process = process;
    createInterface({ input: process.stdout }).on("line", (line) => {
      const { id, text } = JSON.parse(line);
      this.#waiting.get(id)?.(text);
      this.#waiting.delete(id);
    });
  }

  async ready(): Promise<void> {}

  run(request: PlainRequest): Promise<string> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      if (request.slow !== true) this.#waiting.set(id, resolve);
      this.process.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }
}

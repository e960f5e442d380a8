import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { Tail } from "../framing/tail.ts";

const KEPT_BYTES = 64 * 1024;

/** The end of what a tool said on stderr in a turn, whether that is part of the answer or not. */
export class StderrOfTurn {
  readonly #tail = new Tail(KEPT_BYTES);

  /** @param trace Is told of it, where nobody else tells. */
  constructor(stderr: Readable, trace?: FramingTrace) {
    const decoder = new StringDecoder("utf8");
    stderr.on("data", (chunk: Buffer) => {
      this.#tail.push(chunk);
      if (trace === undefined) return;
      trace({ type: "heard", channel: "stderr", bytes: chunk });
      const text = decoder.write(chunk);
      if (text !== "") trace({ type: "said", role: "stderr", channel: "stderr", text });
    });
  }

  get text(): string {
    return this.#tail.toString();
  }

  clear(): void {
    this.#tail.clear();
  }
}

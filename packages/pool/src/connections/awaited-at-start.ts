import type { Readable } from "node:stream";
import type { ToolProcess } from "../contract/process-host.ts";
import { type EndPattern, endPattern } from "../framing/end-pattern.ts";
import { Tail } from "../framing/tail.ts";
import type { Mark } from "./mark.ts";

const KEPT_BYTES = 4 * 1024;

/** What a tool is to print before it is ready, for whoever has to explain that it did not. */
export class AwaitedAtStart {
  /** Null where nothing comes by it that is not looked at anyway. */
  readonly #stderr: Readable | null;
  readonly #tail = new Tail(KEPT_BYTES);
  readonly #listener = (chunk: Buffer): void => this.#tail.push(chunk);
  #awaited: { readonly pattern: EndPattern; readonly what: string; readonly why: string } | null =
    null;

  constructor({ stderr }: Pick<ToolProcess, "stderr">, mergeStderr: boolean) {
    this.#stderr = mergeStderr ? null : stderr;
    this.#stderr?.on("data", this.#listener);
  }

  text(what: "ready text" | "prompt", pattern: string | RegExp): void {
    this.#awaited = { pattern: endPattern(pattern), what, why: "Spaces and line ends count." };
  }

  sentinel({ command, mark }: Mark): void {
    const why = `The tool was told ${JSON.stringify(command)}, which makes it print that if it is right.`;
    this.#awaited = { pattern: mark, what: "sentinel", why };
  }

  /** It is ready: nothing is to be explained. */
  end(): void {
    this.#stderr?.off("data", this.#listener);
    this.#awaited = null;
  }

  /** What has not come, and what may be done about it; null when nothing is awaited. */
  get hint(): string | null {
    if (this.#awaited === null) return null;
    const { what, pattern, why } = this.#awaited;
    if (pattern.find(this.#tail.toString(), "") !== null) {
      return (
        `The ${what} ${pattern.shown} came on stderr, and is awaited on stdout: set mergeStderr ` +
        "(in a declared tool stderr: answer)."
      );
    }
    return `The ${what} ${pattern.shown} was awaited and did not come. ${why}`;
  }
}

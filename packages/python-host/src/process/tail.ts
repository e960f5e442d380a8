import type { Readable } from "node:stream";
import { deadline } from "./deadline.ts";

const LIMIT = 8 * 1024;
const WAIT_MS = 200;

/** The end of what streams say, for errors. It reads them, so that nobody waits for a reader. */
export class LogTail {
  readonly #followed: Promise<void>[] = [];
  #text = "";

  follow(stream: Readable): void {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      this.#text = (this.#text + text).slice(-LIMIT);
    });
    stream.on("error", () => {});
    this.#followed.push(new Promise((resolve) => stream.once("close", resolve)));
  }

  get text(): string {
    return this.#text.trim();
  }

  /** All that was said, once the process has ended; others may hold its streams open. */
  async whole(): Promise<string> {
    const late = Promise.withResolvers<void>();
    const cancel = deadline(WAIT_MS, late.resolve);
    await Promise.race([Promise.all(this.#followed), late.promise]);
    cancel();
    return this.text;
  }
}

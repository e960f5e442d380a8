import type { Socket } from "node:net";
import { LineSplitter } from "@cluster/pool";

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** One message from a Python process. */
export interface Message {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** JSON lines with one Python process. */
export class JsonChannel {
  readonly #socket: Socket;
  onMessage: (message: Message) => void = () => {};
  /** Told once, when no message can come any more. */
  onClose: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    const splitter = new LineSplitter((line) => this.#receive(line), MAX_MESSAGE_BYTES);
    socket.on("data", (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch {
        // Whoever speaks something else is not what we talk with.
        socket.destroy();
      }
    });
    socket.on("error", () => {});
    socket.once("end", () => socket.destroy());
    socket.once("close", () => this.onClose());
  }

  send(message: Message): void {
    if (!this.#socket.destroyed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: Buffer): void {
    this.onMessage(JSON.parse(line.toString("utf8")) as Message);
  }
}

import { LineSplitter, ProtocolError, type ToolProcess } from "@cluster/pool";

const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** JSON, one message a line, to and from a driver. */
export class DriverWire {
  readonly #process: ToolProcess;
  readonly #splitter: LineSplitter;
  readonly #onError: (error: Error) => void;

  constructor(
    process: ToolProcess,
    onMessage: (message: unknown) => void,
    onError: (error: Error) => void,
  ) {
    this.#process = process;
    this.#onError = onError;
    this.#splitter = new LineSplitter((line) => {
      let message: unknown;
      try {
        message = JSON.parse(line.toString("utf8"));
      } catch (cause) {
        const found = JSON.stringify(line.toString("utf8", 0, 200));
        onError(new ProtocolError(`Expected JSON from the driver, found ${found}.`, { cause }));
        return;
      }
      onMessage(message);
    }, MAX_LINE_BYTES);
  }

  push(chunk: Buffer): void {
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  send(message: Readonly<Record<string, unknown>>): void {
    this.#process.stdin.write(`${JSON.stringify(message)}\n`, (error) => {
      if (error != null) this.#onError(error);
    });
  }
}

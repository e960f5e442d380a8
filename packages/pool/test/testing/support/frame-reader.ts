const HEADER = /^@(\w+) (\d+) (\d+)$/;

/** Reads `@kind id bytes` and what is behind it; reads one thing wrong where `fault` says so. */
export class FrameReader {
  readonly #fault: string;
  readonly #onFrame: (kind: string, id: number, text: string) => void;
  #held: Buffer = Buffer.alloc(0);
  #stray = "";
  /** For the fault of a reader that decodes chunk by chunk. */
  #decoded: { text: string; bytes: number } | null = null;

  constructor(fault: string, onFrame: (kind: string, id: number, text: string) => void) {
    this.#fault = fault;
    this.#onFrame = onFrame;
  }

  /** Whether something has begun that is not whole. */
  get isAmidst(): boolean {
    return this.#held.length > 0;
  }

  push(chunk: Buffer): void {
    // Takes it for granted that a chunk has more than the first byte of a header.
    if (this.#fault === "framing.pieces" && this.#held.length === 0 && chunk.length === 1) return;
    if (this.#decoded !== null) {
      this.#decoded.text += chunk.toString("utf8");
      this.#decoded.bytes += chunk.length;
    }
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#readFrame()) {}
  }

  #readFrame(): boolean {
    const end = this.#held.indexOf(10);
    if (end === -1) return false;
    const line = this.#held.subarray(0, end).toString("utf8");
    const [, kind, id, size] = HEADER.exec(line) ?? [];
    if (kind === undefined) {
      this.#stray += `${line}\n`;
      this.#held = this.#held.subarray(end + 1);
      return true;
    }
    const body = this.#held.subarray(end + 1);
    if (this.#fault === "framing.code-points") {
      this.#decoded ??= { text: body.toString("utf8"), bytes: body.length };
    }
    if (body.length < Number(size)) return false;
    this.#held = body.subarray(Number(size));
    this.#onFrame(kind, Number(id), this.#text(kind, body.subarray(0, Number(size))));
    this.#decoded = null;
    return true;
  }

  #text(kind: string, body: Buffer): string {
    const stray = this.#stray;
    this.#stray = "";
    if (kind !== "answer") return body.toString("utf8");
    const whole = this.#decoded?.bytes === body.length ? this.#decoded.text : body.toString("utf8");
    switch (this.#fault) {
      case "framing.prompt":
        return whole.split("> ")[0] ?? "";
      case "framing.invalid-utf8":
        return new TextDecoder("utf-8", { fatal: true }).decode(body);
      case "framing.nul":
        return whole.split("\0")[0] ?? "";
      case "framing.colours":
        return whole.split("\u001b")[0] ?? "";
      case "framing.carriage-returns":
        return whole.split("\r").at(-1) ?? "";
      case "framing.long-line":
        return whole.slice(0, 65_536);
      case "framing.echo":
        return stray + whole;
      default:
        return whole;
    }
  }
}

import { existsSync, readFileSync, statSync } from "node:fs";

/** One edit that the tool has made. */
export interface MadeEdit {
  readonly task: string;
  readonly path: string;
  /** The line that it added, without its end. */
  readonly line: string;
  readonly where: "inside" | "outside";
}

/** What the tool has written down of its edits. */
export class EditLog {
  readonly #path: string;
  #size = 0;
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** How many there are. Looked at often, so the file is only read when it has grown. */
  get count(): number {
    const size = existsSync(this.#path) ? statSync(this.#path).size : 0;
    if (size !== this.#size) {
      this.#size = size;
      this.#count = this.read().length;
    }
    return this.#count;
  }

  /** A last line that was cut off with its writer is left out. */
  read(): readonly MadeEdit[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as MadeEdit);
  }
}

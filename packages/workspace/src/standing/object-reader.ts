import { type ObjectFormat, objectId } from "../tree/tree-object.ts";
import { StandingGit, type StandingGitOptions } from "./standing-git.ts";

/** How long one git serves: it holds packs on the disk that somebody has removed. */
const SERVES_MS = 60_000;

/**
 * Reads objects over one `git cat-file --batch`. What it gives is what the id says. It is no proof that the
 * object is still there: a git that stays has packs open that somebody may have removed.
 */
export class ObjectReader {
  readonly #git: StandingGit;
  readonly #format: ObjectFormat;
  #since = 0;

  constructor(options: Omit<StandingGitOptions, "args">, format: ObjectFormat) {
    this.#git = new StandingGit({ ...options, args: ["cat-file", "--batch"] });
    this.#format = format;
  }

  /**
   * An object's content. Rejects when it is not there, is of another type, or is not what its id says: as
   * where the user's `refs/replace` puts another in its place.
   */
  async read(id: string, type: "tree" | "commit", signal?: AbortSignal): Promise<Buffer> {
    if (performance.now() - this.#since > SERVES_MS) {
      this.#git.renew();
      this.#since = performance.now();
    }
    const found = await this.#git.ask(`${id}\n`, readObject, signal);
    if (found?.type !== type || objectId(this.#format, type, found.content) !== id) {
      throw new Error(`Expected ${id} to be a ${type}, found ${found?.type ?? "nothing"}.`);
    }
    return found.content;
  }

  end(): Promise<void> {
    return this.#git.end();
  }
}

const NEWLINE = 0x0a;
const LONGEST_HEAD = 200;

/** `<id> <type> <size>`, a newline, the content and a newline; or one line for what is not there. */
function readObject(bytes: Buffer): {
  readonly answer: { readonly type: string; readonly content: Buffer } | null;
  readonly length: number;
} | null {
  const newline = bytes.indexOf(NEWLINE);
  if (newline === -1 && bytes.length < LONGEST_HEAD) return null;
  const head = bytes.toString("latin1", 0, newline === -1 ? LONGEST_HEAD : newline);
  const found = /^[0-9a-f]+ (missing|(commit|tree|blob|tag) (\d+))$/.exec(head);
  if (found === null) throw new Error(`Expected an object, found ${head}.`);
  const [, , type, size] = found;
  if (type === undefined) return { answer: null, length: newline + 1 };
  const begin = newline + 1;
  const end = begin + Number(size);
  if (bytes.length < end + 1) return null;
  if (bytes[end] !== NEWLINE) throw new Error(`Expected the end of ${head}.`);
  return { answer: { type, content: bytes.subarray(begin, end) }, length: end + 1 };
}

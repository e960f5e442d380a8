import type { RefSwap } from "../git/refs.ts";
import { StandingGit, type StandingGitOptions } from "./standing-git.ts";

/**
 * Moves refs over one `git update-ref --stdin`, a transaction each. A git that stays takes the time for the
 * reflog only once: so each serves for the rest of the second in which it was started.
 */
export class RefMover {
  readonly #git: StandingGit;
  #second = 0;

  constructor(options: Omit<StandingGitOptions, "args">, message: string) {
    this.#git = new StandingGit({ ...options, args: ["update-ref", "--stdin", "-m", message] });
  }

  /**
   * Moves a ref that is where it is expected. Rejects otherwise, or when it is not known whether it did;
   * nobody is at it any more then.
   */
  async move({ ref, to, from }: Omit<RefSwap, "message">, signal?: AbortSignal): Promise<void> {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#second) this.#git.renew();
    this.#second = second;
    await this.#git.ask(`start\nupdate ${ref} ${to} ${from}\ncommit\n`, readCommitted, signal);
  }

  end(): Promise<void> {
    return this.#git.end();
  }
}

const COMMITTED = "start: ok\ncommit: ok\n";

/** It says nothing else: on any failure it ends. */
function readCommitted(bytes: Buffer): { readonly answer: true; readonly length: number } | null {
  const said = bytes.toString("latin1", 0, COMMITTED.length);
  if (!COMMITTED.startsWith(said)) throw new Error(`Expected a ref to be moved, found ${said}.`);
  return said.length < COMMITTED.length ? null : { answer: true, length: COMMITTED.length };
}

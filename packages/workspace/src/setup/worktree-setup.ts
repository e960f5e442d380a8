import type { Git } from "../git/git.ts";
import { KeptFiles } from "./kept-files.ts";
import { runSetup, type Setup, type SetupPlace } from "./setup.ts";

/** The setup of one worktree: what it left stays from reset to reset, and is made again when it is gone. */
export class WorktreeSetup {
  readonly #setup: Required<Setup>;
  readonly #place: SetupPlace;
  #kept: KeptFiles | null = null;

  /** @param place its signal ends a setup that runs, whoever waits for it */
  constructor(setup: Required<Setup>, place: SetupPlace) {
    this.#setup = setup;
    this.#place = place;
  }

  /** What `git clean` is to leave. */
  get excludes(): readonly string[] {
    return this.#kept?.excludes ?? [];
  }

  /** Removes what was added to what it left. `false`: it is to run, for the first time or again. */
  async restore(): Promise<boolean> {
    if (this.#kept === null || !(await this.#kept.areThere())) return false;
    await this.#kept.removeAdditions();
    return true;
  }

  /** @throws {WorkspaceError} SETUP_FAILED */
  async run(signal: AbortSignal | undefined): Promise<void> {
    this.#kept = null;
    const signals = [this.#place.signal, ...(signal === undefined ? [] : [signal])];
    await runSetup(this.#setup, { ...this.#place, signal: AbortSignal.any(signals) });
  }

  /** Notes what it left, once the tracked files are as they are committed. */
  async remember(git: Git, signal: AbortSignal | undefined): Promise<void> {
    this.#kept = await KeptFiles.read(git, this.#place.worktree, signal);
  }
}

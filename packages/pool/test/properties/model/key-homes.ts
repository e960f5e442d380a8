import type { ProcessModel } from "./records.ts";

/**
 * Where each key's conversation is, as far as the events tell: on a process, nowhere, or `unknown`
 * (a reset may have ended it, or may not have yet).
 */
export class KeyHomes {
  readonly #homes = new Map<string, ProcessModel | "unknown">();

  of(key: string): ProcessModel | "unknown" | undefined {
    return this.#homes.get(key);
  }

  bind(key: string, process: ProcessModel): void {
    this.#homes.set(key, process);
  }

  doubt(key: string): void {
    this.#homes.set(key, "unknown");
  }

  /** The process has ended, and all conversations with it. */
  lost(process: ProcessModel): void {
    for (const [key, home] of this.#homes) if (home === process) this.#homes.delete(key);
  }

  /** It may forget its conversations, or have forgotten them. */
  doubtAll(process: ProcessModel | null): void {
    for (const [key, home] of this.#homes) if (home === process) this.#homes.set(key, "unknown");
  }
}

import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { Family, isStill } from "../../process/family.ts";
import type { LivingProcess } from "../../process/process-tree.ts";
import { TOOL_PROGRAM } from "../tool/chaos-tool.ts";
import { type Death, FATAL, type Victim } from "./death.ts";
import type { EditLog } from "./edit-log.ts";

/** A kill that was carried out. */
export interface DoneDeath {
  readonly victim: Victim;
  /** When: how many edits there were, and what the victim was at. */
  readonly edits: number;
  readonly during: string;
}

/** A delicate moment that does not come is not waited for for ever. */
const PATIENCE_MS = 400;
const LOOK_MS = 3;

/** Kills what belongs to one session of a run, as it was planned, until the session has ended. */
export class Assassin {
  readonly family: Family;
  readonly done: DoneDeath[] = [];
  readonly #deaths: Death[];
  readonly #log: EditLog;
  #over = false;

  /** @param deaths what is still to be done; it takes away what it has done */
  constructor(manager: number, deaths: Death[], log: EditLog) {
    this.family = new Family(manager);
    this.#deaths = deaths;
    this.#log = log;
  }

  /** The session has ended by itself, or by a kill. */
  end(): void {
    this.#over = true;
  }

  /** Resolves when the session is over, or nothing is left to be done in it. */
  async work(): Promise<void> {
    const [first] = this.#deaths;
    if (first?.moment.kind === "start" && this.#log.count >= first.afterEdits) {
      await this.#pause(first.moment.ms);
      this.#deaths.shift();
      this.#kill(first.victim, `${first.moment.ms} ms after the start`, () => true);
    }
    while (!this.#over) {
      const [death] = this.#deaths;
      if (death === undefined || this.#log.count < death.afterEdits) {
        this.family.look();
        await delay(death === undefined ? 20 : LOOK_MS);
      } else {
        await this.#carryOut(death);
      }
    }
  }

  async #carryOut({ victim, moment }: Death): Promise<void> {
    if (moment.kind === "start") {
      // It is for the start that follows: this one only brings that about.
      this.#kill("manager", "at work", () => true);
      await this.#ended();
      return;
    }
    this.#deaths.shift();
    let during = "at work";
    if (moment.kind === "delay") await this.#pause(moment.ms);
    else during = await this.#untilGit(moment.word);
    const isAt = (process: LivingProcess): boolean =>
      moment.kind !== "git" || process.command.includes(moment.word);
    const began = performance.now();
    while (!this.#over && !this.#kill(victim, during, isAt)) {
      // Of a git that is gone already another one will do.
      if (performance.now() - began > PATIENCE_MS) return;
      await turn();
      if (this.#kill(victim, during, () => true)) break;
    }
    if (FATAL.has(victim)) await this.#ended();
  }

  async #untilGit(word: string): Promise<string> {
    const began = performance.now();
    while (!this.#over && performance.now() - began < PATIENCE_MS) {
      const git = this.family
        .look()
        .find(({ command }) => isGit(command) && command.includes(word));
      if (git !== undefined) return gitWords(git.command);
      await turn();
    }
    return `no git ${word}`;
  }

  /** Whether anybody was killed. */
  #kill(victim: Victim, during: string, isAt: (process: LivingProcess) => boolean): boolean {
    const family = this.family.look();
    const manager = family.filter(({ pid }) => pid === this.family.root);
    const chosen = (): readonly LivingProcess[] => {
      switch (victim) {
        case "manager":
          return manager;
        case "worker":
          return family.filter(({ command }) => command.includes(TOOL_PROGRAM)).slice(0, 1);
        case "git":
          return family.filter((one) => isGit(one.command) && isAt(one)).slice(0, 1);
        case "runner":
          return family.filter(({ command }) =>
            command.some((word) => word.includes("runner-process")),
          );
        case "group":
          return family.filter(({ group }) => group === this.family.root);
        case "everything":
          return family;
      }
    };
    const killed = chosen().filter(kill);
    if (killed.length === 0) return false;
    const at = victim === "git" && killed[0] ? gitWords(killed[0].command) : during;
    this.done.push({ victim, edits: this.#log.count, during: at });
    return true;
  }

  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.#over && performance.now() < until) {
      this.family.look();
      await delay(Math.min(LOOK_MS, ms));
    }
  }

  async #ended(): Promise<void> {
    while (!this.#over) await delay(LOOK_MS);
  }
}

/** Looked at again just before: a pid that was used again would be a stranger's. */
function kill(process_: LivingProcess): boolean {
  if (!isStill(process_)) return false;
  try {
    process.kill(process_.pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

function isGit([file = ""]: readonly string[]): boolean {
  return file === "git" || file.endsWith("/git") || file.endsWith("/git-core/git");
}

function gitWords(command: readonly string[]): string {
  const words = command.slice(1).filter((word) => !word.startsWith("-") && !word.includes("="));
  return `git ${words.slice(0, 2).join(" ").slice(0, 60)}`;
}

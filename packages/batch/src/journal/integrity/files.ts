import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { witnessOf } from "./witness.ts";

const ENDING = ".sqlite";
const REBUILT = /\.rebuilt-(\d+)\.sqlite$/;

/** Names for a journal that is made again: where the new one is made, and where the damaged one goes. */
export interface Replacement {
  /** Not finished yet: nobody goes by it. */
  readonly draft: string;
  /** Finished; it takes its place, if need be by the next process. */
  readonly rebuilt: string;
  readonly damaged: string;
}

/** Names that are free. */
export function replacementOf(journal: string): Replacement {
  for (let number = 1; ; number += 1) {
    const names = namesOf(journal, number);
    if (!existsSync(names.damaged)) return names;
  }
}

function namesOf(journal: string, number: number): Replacement {
  const stem = journal.endsWith(ENDING) ? journal.slice(0, -ENDING.length) : journal;
  return {
    draft: `${stem}.draft${ENDING}`,
    rebuilt: `${stem}.rebuilt-${number}${ENDING}`,
    damaged: `${stem}.damaged-${number}${ENDING}`,
  };
}

/** What belongs to a journal, itself the last. */
function filesOf(journal: string): readonly string[] {
  return [`${journal}-wal`, witnessOf(journal), journal];
}

/** What its connections share, and the first of them makes anew. */
function sharedOf(journal: string): string {
  return `${journal}-shm`;
}

/** Removes what was left of making a journal again, or of making one at all. */
export function discard(journal: string): void {
  for (const file of [sharedOf(journal), ...filesOf(journal)]) rmSync(file, { force: true });
}

/**
 * Puts a damaged journal aside and the one that was made again in its place. Cut off at any point, it is
 * gone on with by {@link finishReplacement}: the finished journal under its own name says so.
 */
export function replace(journal: string, names: Replacement): void {
  renameSync(witnessOf(names.draft), witnessOf(names.rebuilt));
  renameSync(names.draft, names.rebuilt);
  move(journal, names);
}

/** Finishes what a process that was killed had begun. */
export function finishReplacement(journal: string): void {
  const folder = dirname(journal);
  const stem = basename(namesOf(journal, 0).draft, `.draft${ENDING}`);
  for (const name of readdirSync(folder)) {
    const number = name.startsWith(`${stem}.`) ? REBUILT.exec(name)?.[1] : undefined;
    if (number === undefined) continue;
    const names = namesOf(journal, Number(number));
    move(journal, { ...names, rebuilt: join(folder, name) });
  }
}

function move(journal: string, { rebuilt, damaged }: Replacement): void {
  rmSync(sharedOf(journal), { force: true });
  if (!existsSync(damaged)) {
    for (const file of filesOf(journal)) moveIfThere(file, damaged + file.slice(journal.length));
  }
  moveIfThere(witnessOf(rebuilt), witnessOf(journal));
  renameSync(rebuilt, journal);
  syncFolder(dirname(journal));
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

/** Names that were changed stay so after a loss of power. */
export function syncFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What SQLite answers when another one has its lock. */
const BUSY = 5;

/**
 * One run of one process, as others can see it: a transaction on a file of its own, which ends with the
 * process, however that ends. A pid would have to be told from one that was used again.
 */
export class Owner {
  readonly id: string;
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    this.id = randomUUID();
    this.#path = ownerFile(folder, this.id);
    this.#database = new DatabaseSync(this.#path, { timeout: 0 });
    this.#database.exec("BEGIN EXCLUSIVE");
  }

  end(): void {
    this.#database.close();
    rmSync(this.#path, { force: true });
  }
}

/** Whether an owner's process goes on. The file of one whose does not is removed. */
export function isOwnerAlive(folder: string, id: string): boolean {
  const path = ownerFile(folder, id);
  if (!existsSync(path)) return false;
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    if ((error as { errcode?: number }).errcode === BUSY) return true;
    throw error;
  } finally {
    database.close();
  }
  rmSync(path, { force: true });
  return false;
}

/** Removes the files of owners that are gone. Not to be done while an owner begins. */
export function sweepOwners(folder: string): void {
  for (const name of readdirSync(folder)) {
    const id = /^owner-(.+)\.sqlite$/.exec(name)?.[1];
    if (id !== undefined) isOwnerAlive(folder, id);
  }
}

function ownerFile(folder: string, id: string): string {
  return join(folder, `owner-${id}.sqlite`);
}

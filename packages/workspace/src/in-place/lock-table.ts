import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isOwnerAlive, Owner, sweepOwners } from "./owner.ts";

/** How long another process may take for one of its short transactions. */
const PATIENCE_MS = 5_000;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS lock (
    path TEXT PRIMARY KEY, owner TEXT NOT NULL, run TEXT NOT NULL, state TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS worked (
    path TEXT PRIMARY KEY, owner TEXT NOT NULL, at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

/** Whose a lock is. */
export interface LockHolder {
  readonly path: string;
  readonly run: string;
  /** The folder where that run keeps its record. */
  readonly state: string;
}

/** Who this is. */
export interface LockUser {
  readonly run: string;
  readonly state: string;
  /** Whether a run whose process is gone has left a file half edited. */
  readonly isHalfEdited: (holder: LockHolder) => Promise<boolean>;
}

/** What became of an attempt to take locks. */
export type Taken =
  | { readonly kind: "taken" }
  /** Somebody who is alive has one of them. */
  | { readonly kind: "busy" }
  /** Left by a process that is gone, in the middle of an edit. */
  | { readonly kind: "half-edited"; readonly holder: LockHolder };

/**
 * The files of one folder that are being worked on, by any run of this user: a table that all their
 * processes share.
 */
export class LockTable {
  readonly #folder: string;
  readonly #user: LockUser;
  readonly #database: DatabaseSync;
  readonly #owner: Owner;

  constructor(folder: string, user: LockUser) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#user = user;
    this.#database = new DatabaseSync(join(folder, "locks.sqlite"), { timeout: PATIENCE_MS });
    try {
      this.#database.exec(SCHEMA);
      this.#owner = this.#alone(() => {
        sweepOwners(folder);
        return new Owner(folder);
      });
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Takes all locks or none. */
  async take(paths: readonly string[]): Promise<Taken> {
    for (;;) {
      const dead: LockHolder[] = [];
      const kind = this.#alone(() => {
        for (const path of paths) {
          const row = this.#holder(path);
          if (row === undefined || row.owner === this.#owner.id) continue;
          if (isOwnerAlive(this.#folder, row.owner)) return "busy";
          // The same run, gone on with by us: what it left is restored by now, or will be by us.
          if (row.state !== this.#user.state) dead.push(row);
          else this.#drop(row.owner, path);
        }
        if (dead.length > 0) return "dead";
        const insert = this.#database.prepare("INSERT OR REPLACE INTO lock VALUES (?, ?, ?, ?)");
        for (const path of paths) {
          insert.run(path, this.#owner.id, this.#user.run, this.#user.state);
        }
        return "taken";
      });
      if (kind !== "dead") return { kind };
      for (const holder of dead) {
        if (await this.#user.isHalfEdited(holder)) return { kind: "half-edited", holder };
        this.#alone(() => this.#dropOf(holder));
      }
    }
  }

  /** Gives locks back. @param at when the files were written last, in milliseconds since the epoch */
  giveBack(paths: readonly string[], at: number): void {
    this.#alone(() => {
      const worked = this.#database.prepare("INSERT OR REPLACE INTO worked VALUES (?, ?, ?)");
      for (const path of paths) {
        this.#drop(this.#owner.id, path);
        worked.run(path, this.#owner.id, at);
      }
    });
  }

  /** Whether another run works on a file, or has since a moment. */
  isOthers(path: string, since: number): boolean {
    const row = this.#holder(path);
    if (row !== undefined && row.owner !== this.#owner.id) return true;
    const done = this.#database
      .prepare("SELECT 1 FROM worked WHERE path = ? AND owner <> ? AND at >= ?")
      .get(path, this.#owner.id, since);
    return done !== undefined;
  }

  close(): void {
    this.#alone(() => {
      this.#database.prepare("DELETE FROM lock WHERE owner = ?").run(this.#owner.id);
      const others = this.#database.prepare("SELECT 1 FROM lock LIMIT 1").get();
      if (others === undefined) this.#database.exec("DELETE FROM worked");
    });
    this.#owner.end();
    this.#database.close();
  }

  #holder(path: string): (LockHolder & { readonly owner: string }) | undefined {
    const statement = this.#database.prepare("SELECT * FROM lock WHERE path = ?");
    return statement.get(path) as (LockHolder & { owner: string }) | undefined;
  }

  #drop(owner: string, path: string): void {
    this.#database.prepare("DELETE FROM lock WHERE owner = ? AND path = ?").run(owner, path);
  }

  #dropOf({ path, state }: LockHolder): void {
    this.#database.prepare("DELETE FROM lock WHERE path = ? AND state = ?").run(path, state);
  }

  #alone<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;
const BUSY = 5;

/** What to do while another process holds the lock. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once. */
  readonly onWait?: () => void;
}

/** Waits until no other process holds the lock of a file. The kernel takes it back when its holder dies. */
export async function takeLock(
  file: string,
  { signal, onWait }: LockOptions = {},
): Promise<Disposable> {
  const database = new DatabaseSync(file);
  try {
    for (let told = false; !tryLock(database); told = true) {
      if (!told) onWait?.();
      await delay(POLL_MS, undefined, signal ? { signal } : {});
    }
  } catch (error) {
    database.close();
    throw signal?.aborted ? signal.reason : error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    // Extended codes, such as of a recovery, have it in their low byte.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === BUSY) return false;
    throw error;
  }
}

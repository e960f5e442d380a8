import { once } from "node:events";

/**
 * Writes on stdout as fast as its reader reads, so that a long log is never held in memory.
 * @returns false when the reader has gone away
 */
export async function writeOut(text: string | Uint8Array): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed || !stdout.writable) return false;
  if (stdout.write(text)) return true;
  await Promise.race([once(stdout, "drain"), once(stdout, "close")]).catch(() => {});
  return !stdout.destroyed;
}

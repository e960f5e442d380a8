import { open } from "node:fs/promises";

/** How far git looks, too, before it calls a file text. */
const PROBE_BYTES = 8000;

/** Whether a file is binary by git's rule: a NUL byte in its first 8000 bytes. */
export async function isBinary(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, 0);
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await file.close();
  }
}

import { type FileHandle, open } from "node:fs/promises";

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * Where the last lines begin of files that follow each other, oldest first: for each file the place to read
 * from, which is its end where all of them come after it. Files are read from behind, and no more than needed.
 */
export async function placesOfLastLines(
  paths: readonly string[],
  lines: number,
): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  let wanted = lines;
  for (const path of paths.toReversed()) {
    const file = await open(path, "r").catch(() => null);
    // Rotated away meanwhile.
    if (file === null) continue;
    try {
      const { place, found } = await lastLinesOf(file, wanted);
      places.set(path, place);
      wanted -= found;
    } finally {
      await file.close();
    }
  }
  return places;
}

async function lastLinesOf(
  file: FileHandle,
  wanted: number,
): Promise<{ readonly place: number; readonly found: number }> {
  const { size } = await file.stat();
  if (wanted <= 0 || size === 0) return { place: size, found: 0 };
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const chunk = Buffer.alloc(end - start);
    await file.read(chunk, 0, chunk.length, start);
    for (let i = chunk.length - 1; i >= 0; i -= 1) {
      // The newline at the end of the file ends its last line.
      if (chunk[i] !== NEWLINE || start + i === size - 1) continue;
      found += 1;
      if (found === wanted) return { place: start + i + 1, found };
    }
    end = start;
  }
  return { place: 0, found: found + 1 };
}

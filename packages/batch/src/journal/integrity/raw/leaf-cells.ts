import { PAGE_BYTES } from "../../sqlite/database.ts";
import type { PageImages } from "./page-images.ts";
import { readVarint } from "./record.ts";

/** https://sqlite.org/fileformat2.html#b_tree_pages */
const TABLE_LEAF = 13;
const HEADER_BYTES = 8;
const LARGEST_LOCAL: number = PAGE_BYTES - 35;
const SMALLEST_LOCAL: number = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;

/** Where a row lies on a page. */
export interface Cell {
  readonly rowid: number;
  readonly at: number;
}

/** The rows that begin on a page, if it is one of a table's leaves. */
export function cellsOf(page: Buffer): readonly Cell[] {
  if (page[0] !== TABLE_LEAF) return [];
  const count = Math.min(page.readUInt16BE(3), (PAGE_BYTES - HEADER_BYTES) / 2);
  const cells: Cell[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = page.readUInt16BE(HEADER_BYTES + 2 * index);
    // What a damaged pointer points at is no row, or proves to be one.
    if (at + 20 > PAGE_BYTES) continue;
    const [, rowidAt] = readVarint(page, at);
    cells.push({ rowid: readVarint(page, rowidAt)[0], at });
  }
  return cells;
}

/**
 * The record of a row, from its page and those that it overflows to.
 * @throws {RangeError} when there is none
 */
export function recordAt(images: PageImages, page: Buffer, at: number): Buffer {
  const [bytes, rowidAt] = readVarint(page, at);
  const [, start] = readVarint(page, rowidAt);
  if (bytes > images.bytes) throw new RangeError("The record is longer than its file.");
  const local = localBytes(bytes);
  if (start + local > PAGE_BYTES) throw new RangeError("The record leaves its page.");
  const parts = [page.subarray(start, start + local)];
  let next = local === bytes ? 0 : page.readUInt32BE(start + local);
  for (let left = bytes - local; left > 0; left -= PAGE_BYTES - 4) {
    const overflow = images.newestOf(next);
    parts.push(overflow.subarray(4, 4 + Math.min(left, PAGE_BYTES - 4)));
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function localBytes(bytes: number): number {
  if (bytes <= LARGEST_LOCAL) return bytes;
  const local = SMALLEST_LOCAL + ((bytes - SMALLEST_LOCAL) % (PAGE_BYTES - 4));
  return local <= LARGEST_LOCAL ? local : SMALLEST_LOCAL;
}

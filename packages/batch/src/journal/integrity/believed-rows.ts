import { checksumOf, ROW_COLUMNS, type Row } from "../sqlite/row.ts";
import { cellsOf, recordAt } from "./raw/leaf-cells.ts";
import { PageImages } from "./raw/page-images.ts";
import { readRecord } from "./raw/record.ts";
import type { Testimony } from "./witness.ts";

type StoredRow = Row & { readonly checksum: number };

/** Where something that looks like a row was found: the image of a page, and the place on it. */
type Place = readonly [image: number, at: number];

/**
 * The rows of a damaged journal that can be believed, in their order. They are looked for on the pages
 * themselves, whatever SQLite still makes of the file: a row is believed when it has its checksum, given
 * that of the row before, so it does not matter how it was found. What was written after a damaged part
 * is as good as what was written before; only the row next to a hole is lost with it.
 */
export function* believedRows(journal: string, testimony: Testimony | null): Generator<Row> {
  using images = new PageImages(journal);
  const places = findRows(images);
  const sequences = [...places.keys()].sort((a, b) => a - b);
  let before: readonly StoredRow[] = [];
  let reached = 0;
  for (const sequence of sequences) {
    const found = rowsAt(images, sequence, places.get(sequence) ?? []);
    const seeds = sequence === reached + 1 ? checksums(before, reached) : [];
    const believed = found.filter((row) =>
      seeds.some((seed) => checksumOf(row, seed) === row.checksum),
    );
    const row = theOne(believed, images, places, testimony);
    if (row !== undefined) yield row;
    before = row === undefined ? found : [row];
    reached = sequence;
  }
}

function checksums(rows: readonly StoredRow[], sequence: number): number[] {
  if (sequence === 0) return [0];
  return rows.map(({ checksum }) => checksum).filter(isChecksum);
}

/** A damaged one may be any number. */
function isChecksum(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

/**
 * Which of several rows with one sequence: a commit that was cut short may have left one on a page, and
 * another took its place. It is the one that was acknowledged, or that another follows.
 */
function theOne(
  rows: readonly StoredRow[],
  images: PageImages,
  places: ReadonlyMap<number, readonly Place[]>,
  testimony: Testimony | null,
): StoredRow | undefined {
  const [newest, ...others] = rows;
  if (newest === undefined || others.length === 0) return newest;
  const acknowledged = rows.find(
    ({ sequence, checksum }) => sequence === testimony?.sequence && checksum === testimony.checksum,
  );
  const next = newest.sequence + 1;
  const followers = rowsAt(images, next, places.get(next) ?? []);
  const followed = rows.find(({ checksum }) =>
    followers.some((follower) => checksumOf(follower, checksum) === follower.checksum),
  );
  return acknowledged ?? followed ?? newest;
}

function findRows(images: PageImages): Map<number, Place[]> {
  const places = new Map<number, Place[]>();
  for (let image = 0; image < images.count; image += 1) {
    for (const { rowid, at } of cellsOf(images.read(image))) {
      const known = places.get(rowid);
      if (known === undefined) places.set(rowid, [[image, at]]);
      else known.push([image, at]);
    }
  }
  return places;
}

/** The different rows that lie at some places, the newest first. */
function rowsAt(images: PageImages, sequence: number, places: readonly Place[]): StoredRow[] {
  const rows = new Map<number, StoredRow>();
  for (const [image, at] of [...places].reverse()) {
    const row = rowAt(images, sequence, images.read(image), at);
    if (row !== null && !rows.has(row.checksum)) rows.set(row.checksum, row);
  }
  return [...rows.values()];
}

/** What lies at a place, if it is a row of `transitions`. */
function rowAt(images: PageImages, sequence: number, page: Buffer, at: number): StoredRow | null {
  try {
    const values = readRecord(recordAt(images, page, at));
    if (values.length !== ROW_COLUMNS.length) return null;
    values[0] = sequence;
    const row = Object.fromEntries(ROW_COLUMNS.map((column, index) => [column, values[index]]));
    return typeof row.body === "string" ? (row as unknown as StoredRow) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A value as SQLite stores it. Numbers that Node cannot represent exactly are not ours. */
export type Value = string | number | null;

/** A number of one to nine bytes, and where the next thing begins. */
export type Varint = readonly [value: number, next: number];

/** https://sqlite.org/fileformat2.html#varint, as far as it fits a number. */
export function readVarint(bytes: Buffer, at: number): Varint {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [value * 256 + bytes.readUInt8(at + 8), at + 9];
}

/**
 * The values of a record, https://sqlite.org/fileformat2.html#record_format.
 * @throws {RangeError} when it is none
 */
export function readRecord(record: Buffer): Value[] {
  const [headerBytes, first] = readVarint(record, 0);
  const values: Value[] = [];
  let body = headerBytes;
  for (let at = first; at < headerBytes; ) {
    const [type, next] = readVarint(record, at);
    const bytes = bytesOf(type);
    if (body + bytes > record.length) throw new RangeError("The record is cut short.");
    values.push(readValue(record, type, body, bytes));
    body += bytes;
    at = next;
  }
  return values;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8] as const;

function bytesOf(type: number): number {
  if (type <= 6) return INTEGER_BYTES[type] ?? 0;
  if (type === 7) return 8;
  return type < 12 ? 0 : Math.floor((type - 12) / 2);
}

function readValue(record: Buffer, type: number, at: number, bytes: number): Value {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type === 6) return Number(record.readBigInt64BE(at));
  if (type < 6) return record.readIntBE(at, bytes);
  if (type >= 13 && type % 2 === 1) return record.toString("utf8", at, at + bytes);
  throw new RangeError(`A journal has no value of type ${type}.`);
}

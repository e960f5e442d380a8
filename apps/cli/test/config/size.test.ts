import { expect, it } from "vitest";
import { sizeBytes } from "../../src/config/size.ts";

it.each([
  ["500MB", 500_000_000],
  ["10GB", 10_000_000_000],
  ["2GiB", 2 * 1024 ** 3],
  ["1.5 g", 1_500_000_000],
  ["4096", 4096],
  [4096, 4096],
  ["7b", 7],
])("%s is a size", (text, bytes) => expect(sizeBytes(text)).toBe(bytes));

it.each(["", "0", "-1GB", "GB", "1 GB more", "1e3", "ten"])("%j is none", (text) =>
  expect(sizeBytes(text)).toBeUndefined(),
);

import { expect, test } from "vitest";
import { retryAfterOf } from "../../src/failures/retry-after.ts";

test.each<[string, number | undefined]>([
  ["Please try again in 20s.", 20_000],
  ["Please try again in 1m30.5s.", 90_500],
  ["try again in 4 days 20 hours 9 minutes", 418_140_000],
  ["try again in 2 days, 3 hours and 1 minute.", 183_660_000],
  ["Try again in 300 milliseconds", 300],
  ["Your limit resets in 45 min", 2_700_000],
  ['{"retryDelay":"37s","attempts":5}', 37_000],
  ['{"retry-after":"20","x":5}', 20_000],
  ["Retry-After: 7", 7_000],
  ["retry-after-ms: 1500", 1_500],
  ["try again in 20s, 3 requests are left", 20_000],
  ["try again later", undefined],
])("%s", (text, wait) => {
  expect(retryAfterOf(text)).toBe(wait);
});

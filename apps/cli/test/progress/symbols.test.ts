import { expect, it } from "vitest";
import { symbolsFor } from "../../src/progress/symbols.ts";

it.each([
  ["…", {}],
  ["…", { LANG: "de_DE.UTF-8" }],
  ["…", { LC_ALL: "C.utf8", LANG: "C" }],
  ["...", { LANG: "C" }],
  ["...", { LC_ALL: "POSIX", LANG: "en_US.UTF-8" }],
  ["...", { LANG: "en_US.ISO-8859-1" }],
  ["...", { TERM: "linux", LANG: "en_US.UTF-8" }],
])("what is cut is shown as %s with %j", (ellipsis, environment) => {
  expect(symbolsFor(environment).ellipsis).toBe(ellipsis);
});

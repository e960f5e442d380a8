import { expect, it } from "vitest";
import { temporaryFolder } from "../../src/index.ts";
import { directivesFor } from "../../src/sample-agent/directives.ts";

it("tells one of many attempts that begin at once that it is the first", async () => {
  await using folder = await temporaryFolder();
  for (const message of ["[fake:turns=1-1:no-change]", "[fake:first=1:no-change]"]) {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => directivesFor({ message }, folder.path)),
    );
    expect(all.flat()).toEqual([{ name: "no-change", value: "" }]);
  }
});

import { describe, expect, it } from "vitest";
import { searchReplaceBlock } from "../../src/index.ts";

const fence = { open: "```", close: "```" };
const block = (path: string, before: string, after: string) =>
  searchReplaceBlock({ path, content: before, fence }, after);

describe("a SEARCH/REPLACE block", () => {
  it("names the file above the fence and holds only what changes", () => {
    expect(block("docs/a.md", "one\ntwo\nthree\n", "one\n2\nthree\n")).toBe(
      "docs/a.md\n```\n<<<<<<< SEARCH\ntwo\n=======\n2\n>>>>>>> REPLACE\n```\n",
    );
  });

  it("takes in the next line with a word, for aider appends when SEARCH is blank", () => {
    expect(block("a.md", "\n\nword\nmore\n", "id\n\n\nword\nmore\n")).toContain(
      "SEARCH\n\n\nword\n=======\nid\n\n\nword\n>>>>>>> REPLACE",
    );
  });

  it("takes in more lines until its first occurrence is the place meant", () => {
    expect(block("a.md", "x\ny\nx\nz\n", "x\ny\nX\nz\n")).toContain(
      "SEARCH\nx\nz\n=======\nX\nz\n",
    );
  });

  it("has an empty SEARCH for a file without a word, where only appending is possible", () => {
    expect(block("a.md", "", "id\n")).toContain("SEARCH\n=======\nid\n>>>>>>> REPLACE");
    expect(block("a.md", "\n", "id\n\n")).toBeNull();
  });

  it("begins with a line to strip when aider would strip a line that ends with the file's name", () => {
    expect(block("docs/a.md", "# a.md\n", "id\n# a.md\n")).toContain(
      "SEARCH\na.md\n# a.md\n=======\nid\n# a.md\n>>>>>>> REPLACE",
    );
  });

  it.each([
    ["a divider", "=======\nTitle\n", "id\n=======\nTitle\n"],
    ["a form feed", "\f\nword\n", "id\n\f\nword\n"],
    ["a line separator", "a\u2028b\n", "id\na\u2028b\n"],
  ])("is none where a line to search for is %s", (_, before, after) => {
    expect(block("a.md", before, after)).toBeNull();
  });
});

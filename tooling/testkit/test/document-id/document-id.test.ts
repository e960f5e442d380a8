import { describe, expect, it } from "vitest";
import { documentId, documentIdLine, insertDocumentId } from "../../src/index.ts";

const idLine = documentIdLine("docs/a.md");

describe("the id of a path", () => {
  it("is the same for the same path and differs for paths that read alike", () => {
    expect(documentId("docs/a.md")).toBe(documentId("docs/a.md"));
    expect(documentId("docs/a.md")).not.toBe(documentId("docs-a.md"));
  });

  it("is the same for a composed and a decomposed name", () => {
    expect(documentId("ü.md".normalize("NFD"))).toBe(documentId("ü.md".normalize("NFC")));
  });
});

describe("the line with the id", () => {
  it.each([
    ["a.md", /^<!-- DOC_ID: a-md-\w{6} -->$/],
    ["a.py", /^# DOC_ID: a-py-\w{6}$/],
    ["a.ts", /^\/\/ DOC_ID: a-ts-\w{6}$/],
    ["a.css", /^\/\* DOC_ID: a-css-\w{6} \*\/$/],
    ["a.sql", /^-- DOC_ID: a-sql-\w{6}$/],
    ["Makefile", /^# DOC_ID: Makefile-\w{6}$/],
  ])("is a comment in %s", (path, expected) => {
    expect(documentIdLine(path)).toMatch(expected);
  });
});

describe("inserting the id", () => {
  it.each([
    ["at the top", "# A\n", `${idLine}\n# A\n`],
    ["into an empty file", "", `${idLine}\n`],
    ["with the file's own line ending", "# A\r\nx\r\n", `${idLine}\r\n# A\r\nx\r\n`],
    ["below a shebang", "#!/bin/sh\nls\n", `#!/bin/sh\n${idLine}\nls\n`],
    ["below a shebang that is all", "#!/bin/sh", `#!/bin/sh\n${idLine}\n`],
    ["behind a byte order mark", "\uFEFF# A\n", `\uFEFF${idLine}\n# A\n`],
    ["not where there is one", "x\n<!-- DOC_ID: mine -->\n", "x\n<!-- DOC_ID: mine -->\n"],
  ])("%s", (_, before, after) => {
    expect(insertDocumentId("docs/a.md", before)).toBe(after);
  });
});

import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fitEnd, fitStart, padTo, printable } from "../../src/progress/fit.ts";

describe("fit", () => {
  it("leaves alone what fits", () => {
    expect(fitEnd("docs/a.md", 9)).toBe("docs/a.md");
    expect(fitStart("docs/a.md", 9)).toBe("docs/a.md");
  });

  it("cuts the end, or the start", () => {
    expect(fitEnd("docs/a.md", 5)).toBe("docs…");
    expect(fitStart("docs/a.md", 5)).toBe("…a.md");
  });

  it.each([1, 2, 3, 4, 5, 8])("counts columns, not characters, at %d columns", (columns) => {
    for (const text of [
      "日本語のファイル.md",
      "👩‍👩‍👧‍👦👩‍👩‍👧‍👦.md",
      "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
    ]) {
      expect(stringWidth(fitEnd(text, columns))).toBeLessThanOrEqual(columns);
      expect(stringWidth(fitStart(text, columns))).toBeLessThanOrEqual(columns);
    }
  });

  it("gives nothing where there is no room", () => {
    expect(fitEnd("a", 0)).toBe("");
    expect(fitStart("a", -3)).toBe("");
  });

  it("fills up to a width", () => {
    expect(padTo("日本", 6)).toBe("日本  ");
  });
});

describe("printable", () => {
  it("takes out what would move the cursor or colour the text", () => {
    expect(printable("a\u001b[31mred\u001b[0m\u001b[2J\nb\tc\u0007")).toBe("ared b c ");
  });
});

import { describe, expect, it } from "vitest";
import { firstExample } from "../../src/readme/first-example.ts";

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

describe("the first example of a README", () => {
  it("is the first block marked js, ts or sh, whatever else comes before", () => {
    const readme = `# a\n${fenced("", "npm i a")}${fenced("json", "{}")}${fenced("ts", "first()")}${fenced("js", "second()")}`;
    expect(firstExample(readme)).toEqual({ language: "ts", code: "first()\n", expected: null });
  });

  it("has the text block that follows as its output, with prose between them", () => {
    const readme = `${fenced("js", "a()")}\nwhich prints\n\n${fenced("text", "1")}${fenced("text", "2")}`;
    expect(firstExample(readme).expected).toBe("1\n");
  });

  it("has no output when another block stands between", () => {
    const readme = `${fenced("sh", "a")}${fenced("json", "{}")}${fenced("text", "1")}`;
    expect(firstExample(readme).expected).toBeNull();
  });

  it("may hold shorter fences, line ends of Windows and words after its language", () => {
    const readme = "````js title=x\r\nconst a = `\r\n```ts\r\n`;\r\n````\r\n";
    expect(firstExample(readme).code).toBe("const a = `\n```ts\n`;\n");
  });

  it("is asked for when it is missing", () => {
    expect(() => firstExample(`# a\n${fenced("typescript", "a()")}`)).toThrow(
      /marked js, ts or sh/,
    );
  });
});

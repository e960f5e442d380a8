import { tasksFromFiles } from "@cluster/batch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../src/plan/template.ts";

const render = (text: string, values: Record<string, string> = {}): string =>
  parseTemplate(text).render(new Map(Object.entries(values)));

describe("a template", () => {
  it("has its names filled in, whatever is in their values", () => {
    expect(render("Do {{ what }} in {{file}}: {{file}}", { what: "{{file}}\\{{", file: "a" })).toBe(
      "Do {{file}}\\{{ in a: a",
    );
  });

  it("says which names there are, when it names another one", () => {
    expect(() => render("Do {{fil}}", { file: "a", files: "a" })).toThrow(
      /there is no \{\{fil\}\}; there is \{\{file\}\}, \{\{files\}\}\. .*\\\{\{/,
    );
  });

  it.each([
    ["\\{{file}}", "{{file}}"],
    ["a \\{{ b", "a {{ b"],
    ["\\\\{{file}}", "\\F"],
    ["\\\\\\{{file}}", "\\{{file}}"],
    ["a { b } }} {c}", "a { b } }} {c}"],
    ["\\d{2} C:\\x", "\\d{2} C:\\x"],
  ])("writes %s as %s", (text, written) => {
    expect(render(text, { file: "F" })).toBe(written);
  });

  it.each(["Do {{file", "Do {{ }} it", "Do {{a\nb}}", "Do {{a{b}}"])("refuses %j", (text) => {
    expect(() => render(text, { a: "x", file: "x" })).toThrow(
      /expected a name and "}}" after "{{"/,
    );
  });

  it("is any text as it is, once its braces are escaped", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("{", "}", "\\", "a", "\n", "{{")), (parts) => {
        const text = parts.join("");
        const escaped = text.replace(/(\\*)\{\{/g, (_, slashes) => `${slashes}${slashes}\\{{`);
        expect(render(escaped)).toBe(text);
      }),
    );
  });
});

describe("the message for files", () => {
  it("is a template", () => {
    const tasks = tasksFromFiles(["a.md", "b/c.md"], "Read {{file}} (of {{files}}).");
    expect(tasks.map(({ prompt }) => prompt)).toEqual([
      "Read a.md (of a.md).",
      "Read b/c.md (of b/c.md).",
    ]);
  });

  it("names no single file where a task has several", () => {
    expect(() => tasksFromFiles(["a", "b"], "{{file}}", { per: { chunk: 2 } })).toThrow(
      /\{\{file\}\} has no value here: the task has 2 files; \{\{files\}\} names them all/,
    );
  });
});

describe("tasks for", () => {
  const files = ["a.md", "src/b.md", "src/deep/c.md", "src/d.md"];
  it("folders have the files of the folder itself", () => {
    const tasks = tasksFromFiles(files, "In {{folder}}: {{files}}", { per: "folder" });
    expect(tasks.map(({ files, prompt }) => ({ files, prompt }))).toEqual([
      { files: ["a.md"], prompt: "In .: a.md" },
      { files: ["src/b.md", "src/d.md"], prompt: "In src: src/b.md, src/d.md" },
      { files: ["src/deep/c.md"], prompt: "In src/deep: src/deep/c.md" },
    ]);
  });

  it("chunks have so many files each, and the last one the rest", () => {
    const tasks = tasksFromFiles(files, "x", { per: { chunk: 3 } });
    expect(tasks.map((task) => task.files)).toEqual([files.slice(0, 3), files.slice(3)]);
    expect(() => tasksFromFiles(files, "x", { per: { chunk: 0 } })).toThrow(/per\.chunk.* 0/);
  });
});

import type { TemplateValues } from "./template.ts";

/** What a template may say of a task's files: `{{file}}`, where it is one, and `{{files}}`. */
export function fileValues(files: readonly string[]): Map<string, string | (() => string)> {
  const [only] = files;
  const values = new Map<string, string | (() => string)>();
  values.set(
    "file",
    only !== undefined && files.length === 1
      ? only
      : () =>
          files.length === 0
            ? "the task names no file"
            : `the task has ${files.length} files; {{files}} names them all`,
  );
  values.set("files", files.length > 0 ? files.join(", ") : () => "the task names no file");
  return values satisfies TemplateValues;
}

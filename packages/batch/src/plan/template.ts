import { BatchError } from "../errors/batch-error.ts";

/** Backslashes, two braces, and what they enclose, when they are closed on the same line. */
const MARK = /(\\*)\{\{(?:([^{}\n]*)\}\})?/g;

/** What a template is filled with: a function says why there is no value. */
export type TemplateValues = ReadonlyMap<string, string | (() => string)>;

/** A text with places for values. */
export interface Template {
  /** The names of its places, each once. */
  readonly names: readonly string[];
  /** @throws {BatchError} TEMPLATE_INVALID, naming what is known */
  render(values: TemplateValues): string;
}

const LITERALLY = "Two braces that mean themselves are written \\{{.";

/**
 * Reads a template: `{{name}}` is a place for a value, `\{{` two braces that mean themselves. What is
 * filled in is data, and no template again.
 * @throws {BatchError} TEMPLATE_INVALID, when braces are not closed
 */
export function parseTemplate(text: string): Template {
  const parts: (string | { readonly name: string })[] = [];
  let done = 0;
  for (const match of text.matchAll(MARK)) {
    const [whole, backslashes = "", name] = match;
    // As a shell has it: two backslashes are one, and the last of an odd number makes the braces plain.
    const kept = backslashes.slice(0, Math.floor(backslashes.length / 2));
    parts.push(text.slice(done, match.index) + kept);
    done = match.index + whole.length;
    if (backslashes.length % 2 === 1) {
      parts.push(whole.slice(backslashes.length));
    } else if (name === undefined || name.trim() === "") {
      throw invalid(`expected a name and "}}" after "{{", found ${excerpt(text, match.index)}`);
    } else {
      parts.push({ name: name.trim() });
    }
  }
  parts.push(text.slice(done));
  const names = parts.flatMap((part) => (typeof part === "string" ? [] : [part.name]));
  return {
    names: [...new Set(names)],
    render: (values) =>
      parts.map((part) => (typeof part === "string" ? part : valueIn(part.name, values))).join(""),
  };
}

function valueIn(name: string, values: TemplateValues): string {
  const value = values.get(name);
  if (typeof value === "string") return value;
  if (value !== undefined) throw invalid(`{{${name}}} has no value here: ${value()}`);
  const known = [...values.keys()].map((key) => `{{${key}}}`).join(", ");
  throw invalid(`there is no {{${name}}}; there is ${known}`);
}

function excerpt(text: string, from: number): string {
  const line = text.slice(from).split("\n", 1)[0] ?? "";
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line);
}

function invalid(problem: string): BatchError {
  return new BatchError("TEMPLATE_INVALID", `In the message, ${problem}. ${LITERALLY}`);
}

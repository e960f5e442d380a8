import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { ToolDefinition } from "@cluster/pool/declared";
import { checkDefinition, type DefinitionProblem, describeProblem } from "@cluster/pool/declared";
import { type Document, isMap, LineCounter, type Node, parseDocument } from "yaml";
import { usageError } from "../../exit/cli-error.ts";

/** A document that describes a tool, checked. */
export interface ToolFile {
  readonly file: string;
  readonly text: string;
  readonly definition: ToolDefinition;
  /** With its remarks, and the places of all values. */
  readonly document: Document;
}

/** No description of a tool comes near it. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a definition, in JSON or YAML.
 * @throws {CliError} usage, with the line of all that is wrong, what was expected and what to do
 */
export async function readToolFile(file: string): Promise<ToolFile> {
  const text = await readText(file);
  const lines = new LineCounter();
  // JSON is YAML: both have lines this way.
  const document = parseDocument(text, { lineCounter: lines, version: "1.2" });
  const [fault] = document.errors;
  const wanted = extname(file) === ".json" ? "JSON" : "YAML";
  if (fault !== undefined) throw usageError(`${file} is not ${wanted}: ${fault.message.trim()}`);
  if (wanted === "JSON") requireJson(text, file);
  const { definition, problems } = checkDefinition(document.toJS());
  if (definition !== null) return { file, text, definition, document };
  const told = problems.map((problem) => {
    const { line } = lines.linePos(placeOf(document, problem));
    return `${file}:${line}: ${describeProblem(problem)}`;
  });
  throw usageError(told.join("\n"));
}

/** A repository may bring a link to a device that never ends, or a pipe that nobody writes to. */
async function readText(file: string): Promise<string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error("it is no regular file");
    if (found.size > MAX_BYTES) throw new Error(`it has ${found.size} bytes, more than 1 MiB`);
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      const remedy = "Give the path of a tool's file, YAML or JSON.";
      throw usageError(`There is no file ${file}.`, remedy, cause);
    }
    throw usageError(`Cannot read the tool file ${file}: ${message}.`, undefined, cause);
  }
}

function requireJson(text: string, file: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw usageError(`${file} is not JSON: ${(cause as Error).message}`, undefined, cause);
  }
}

/** Where a value stands, or what is nearest to it when it is missing. */
function placeOf(document: Document, { path, key }: DefinitionProblem): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const at = path.slice(0, length);
    const node = (length === 0 ? document.contents : document.getIn(at, true)) as Node | undefined;
    if (node?.range == null) continue;
    if (key === undefined || length < path.length) return node.range[0];
    return keyPlace(node, key) ?? node.range[0];
  }
  return 0;
}

function keyPlace(node: Node, name: string): number | undefined {
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(key) === name);
  return (pair?.key as Node | undefined)?.range?.[0];
}

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { parseDocument } from "yaml";
import { usageError } from "../exit/cli-error.ts";
import { importFailure, importQuietly } from "./import-module.ts";

function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw usageError(`Cannot read the configuration ${file}: ${reason(cause)}`, undefined, cause);
  }
}

async function fromModule(file: string): Promise<unknown> {
  let loaded: Record<string, unknown>;
  try {
    loaded = await importQuietly(pathToFileURL(file).href);
  } catch (cause) {
    throw usageError(
      `Cannot load the configuration ${file}: ${await importFailure(cause)}`,
      undefined,
      cause,
    );
  }
  if (!("default" in loaded)) {
    throw usageError(`${file} has no default export.`, "Write: export default { workers: 5 };");
  }
  return loaded.default;
}

function fromJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw usageError(`${file} is not JSON: ${reason(cause)}`, undefined, cause);
  }
}

function fromYaml(content: string, file: string): unknown {
  const document = parseDocument(content);
  const [error] = document.errors;
  if (error !== undefined) throw usageError(`${file} is not YAML: ${error.message}`);
  return document.toJS() ?? {};
}

/** Whether a configuration is read, and not run. */
export function isData(file: string): boolean {
  return [".json", ".yaml", ".yml"].includes(extname(file));
}

/** What a configuration file says, unchecked. @throws {CliError} usage, when it cannot be read. */
export async function readConfigFile(file: string): Promise<unknown> {
  switch (extname(file)) {
    case ".json":
      return fromJson(await readText(file), file);
    case ".yaml":
    case ".yml":
      return fromYaml(await readText(file), file);
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return await fromModule(file);
    default:
      throw usageError(
        `${file} does not have the name of a configuration.`,
        "It ends in .ts, .mts, .js, .mjs, .json, .yaml or .yml.",
      );
  }
}

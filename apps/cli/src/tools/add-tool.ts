import { existsSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { declaredTool } from "@cluster/pool/declared";
import type { Document } from "yaml";
import { workingFolder } from "../command/working-folder.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { readToolFile, type ToolFile } from "./declared/read-tool-file.ts";
import { userToolsFolder } from "./declared/tool-folders.ts";
import { userToolFiles } from "./declared/user-tool-files.ts";
import { SHIPPED_TOOLS } from "./registry/shipped.ts";
import { BUILT_IN_TOOLS } from "./tool-entry.ts";

/** The flags of `cluster tools add`. */
export interface AddFlags {
  readonly force?: boolean;
  readonly cwd?: string;
}

/**
 * `cluster tools add`: a checked copy of a definition in the user's folder.
 * @throws {CliError} usage, when it is not right, or its name is taken
 */
export async function addTool(given: string, flags: AddFlags): Promise<ExitName> {
  const file = resolve(workingFolder(flags.cwd), given);
  const tool = await readToolFile(file);
  const { name } = tool.definition;
  const known: readonly string[] = [...BUILT_IN_TOOLS, ...SHIPPED_TOOLS];
  if (known.includes(name)) {
    throw usageError(
      `${file}: name: expected a name that no tool of cluster has; found "${name}".`,
      `Give it another one, such as my-${name}.`,
    );
  }
  const folder = userToolsFolder();
  const taken = await userToolFiles(name);
  if (taken.length > 0 && flags.force !== true) {
    throw usageError(
      `There is a tool "${name}" already: ${taken.join(", ")}.`,
      `--force puts this one in its place; cluster tools remove ${name} takes it away.`,
    );
  }
  const target = join(folder, `${name}${extname(file) || ".yaml"}`);
  const probe = await declaredTool(tool.definition, { folder: dirname(file) }).probe?.();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, contentOf(tool), { flag: "wx", mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, target);
  for (const old of taken) if (old !== target) await rm(old);
  process.stdout.write(`Added ${name}: ${target}\n`);
  if (probe?.installed === true) {
    process.stdout.write(`Found ${probe.path}, version ${probe.version}\n`);
    if (probe.warning !== undefined) process.stderr.write(`${probe.warning}\n`);
  } else if (probe !== undefined) {
    process.stderr.write(`Its program was not found: ${probe.reason} ${probe.remedy}\n`);
  }
  const toEdit = tool.definition.kind === "agent" ? " --file FILE" : "";
  process.stdout.write(`Try it: cluster tools try ${name}${toEdit}\n`);
  process.stdout.write(`Take it away again: cluster tools remove ${name}\n`);
  return "done";
}

/** As it was written; what is relative to the document becomes absolute, since the copy is elsewhere. */
function contentOf({ file, text, definition, document }: ToolFile): string {
  const folder = dirname(file);
  const { command } = definition;
  const isRelative = command.startsWith(".") && !isAbsolute(command);
  const usesFolder = JSON.stringify(definition.arguments ?? []).includes("{{folder}}");
  const schema = definition.$schema;
  const schemaFile = schema?.startsWith(".") === true ? resolve(folder, schema) : undefined;
  if (!isRelative && !usesFolder && schemaFile === undefined) return text;
  const copy = document.clone() as Document;
  if (isRelative) copy.set("command", resolve(folder, command));
  if (usesFolder) copy.set("arguments", JSON.parse(withFolder(definition.arguments, folder)));
  // A copy of where the schema was is no use when that is gone.
  if (schemaFile !== undefined && existsSync(schemaFile)) copy.set("$schema", schemaFile);
  return extname(file) === ".json" ? `${JSON.stringify(copy.toJS(), null, 2)}\n` : copy.toString();
}

function withFolder(given: unknown, folder: string): string {
  return JSON.stringify(given).replaceAll("{{folder}}", JSON.stringify(folder).slice(1, -1));
}

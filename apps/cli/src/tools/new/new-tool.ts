import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../config/load-config.ts";
import { usageError } from "../../exit/cli-error.ts";
import type { ExitName } from "../../exit/exit-codes.ts";
import { shellWord } from "../../report/shell-word.ts";
import { ownPoolVersion } from "../registry/own-pool.ts";
import { packageOf } from "../registry/package-name.ts";
import { toolRegistry } from "../registry/registry.ts";

/** What a new package has, by the file of the template that it is made of. */
const FILES: Readonly<Record<string, string>> = {
  "package.json.template": "package.json",
  "adapter.mjs.template": "adapter.mjs",
  "tool.mjs.template": "tool.mjs",
  "conformance.template": "conformance.test.mjs",
  "README.md.template": "README.md",
};

/** Beside the folder of the sources, and of what is built of them. */
function templateFolder(): string {
  for (let up = "."; up.length < 20; up = `../${up}`) {
    const folder = fileURLToPath(new URL(`${up}/template/`, import.meta.url));
    if (existsSync(join(folder, "package.json.template"))) return folder;
  }
  throw new Error("The template of an adapter is missing from this installation.");
}

/**
 * `cluster tools new`: a package with an adapter, a stand-in tool and a conformance test, in a new folder.
 * @throws {CliError} usage, for a name that no package can have, that another tool has, or a folder that is there
 */
export async function newTool(tool: string, cwd: string): Promise<ExitName> {
  const [, , name = ""] = /^(@[a-z0-9][\w.-]*\/)?([a-z0-9][a-z0-9._-]*)$/.exec(tool) ?? [];
  if (name === "") {
    throw usageError(
      `expected a name of small letters, digits and hyphens, found "${tool}".`,
      "For example: cluster tools new my-agent",
    );
  }
  const folder = join(cwd, `cluster-adapter-${name}`);
  if (existsSync(folder)) {
    throw usageError(`${folder} is there already.`, "Choose another name, or move it away.");
  }
  const { config } = await loadConfig({ cwd, dataOnly: true });
  const taken = await toolRegistry({ config, cwd }).find(tool);
  if (taken !== undefined) {
    throw usageError(
      `There is a tool "${tool}" already (${taken.origin}), and --tool ${tool} would not mean yours.`,
      `Choose another name, such as my-${name}.`,
    );
  }
  const words: Readonly<Record<string, string>> = {
    PACKAGE: packageOf(tool),
    POOL_VERSION: ownPoolVersion(),
    TOOL: tool,
    NAME: name,
  };
  await mkdir(folder, { recursive: true });
  for (const [template, file] of Object.entries(FILES)) {
    const text = await readFile(join(templateFolder(), template), "utf8");
    const filled = text.replace(
      /\b(PACKAGE|POOL_VERSION|TOOL|NAME)\b/g,
      (word) => words[word] ?? "",
    );
    await writeFile(join(folder, file), filled);
  }
  process.stdout.write(
    `${folder}\n\nNext:\n  cd ${shellWord(relative(process.cwd(), folder))}\n  npm install\n  npm test\n`,
  );
  return "done";
}

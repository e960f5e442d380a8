import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The short names that aider knows models by ("sonnet"), out of its own source. */
export async function modelAliases(aiderFolder: string): Promise<ReadonlyMap<string, string>> {
  const source = await readFile(join(aiderFolder, "models.py"), "utf8").catch(() => "");
  const table = /^MODEL_ALIASES = \{$(.*?)^\}$/ms.exec(source)?.[1] ?? "";
  const entries = table.matchAll(/^\s*"([^"]+)": "([^"]+)",$/gm);
  return new Map(Array.from(entries, ([, alias = "", model = ""]) => [alias, model]));
}

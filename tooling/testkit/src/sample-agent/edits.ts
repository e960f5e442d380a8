import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { insertDocumentId } from "../document-id/document-id.ts";
import type { Directive } from "./directives.ts";

/** What the agent is asked to work on. */
export interface Work {
  readonly workspace: string;
  readonly files: readonly string[];
}

/** Carries out the directives that change files, or the default edit, and gives the claimed paths. */
export async function edit(work: Work, directives: readonly Directive[]): Promise<string[]> {
  const claimed: string[] = [];
  let ownEdit = true;
  for (const { name, value } of directives) {
    if (name === "no-change") ownEdit = false;
    if (name === "claim-only") {
      ownEdit = false;
      claimed.push(...work.files);
    }
    if (name === "delete") {
      ownEdit = false;
      for (const file of work.files) await rm(resolve(work.workspace, file));
      claimed.push(...work.files);
    }
    if (name === "append") {
      for (const file of work.files)
        await append(resolve(work.workspace, file), withNewlines(value));
    }
    if (name === "outside") await put(work, value, "Written outside the task's files.\n");
    if (name === "write") {
      const [, path = value, text = ""] = /^([^:]*):(.*)$/s.exec(value) ?? [];
      await put(work, path, withNewlines(text));
      claimed.push(path);
    }
  }
  if (ownEdit) claimed.push(...(await addDocumentIds(work)));
  return claimed;
}

async function addDocumentIds({ workspace, files }: Work): Promise<string[]> {
  const changed: string[] = [];
  for (const file of files) {
    const path = resolve(workspace, file);
    const before = await readFile(path, "utf8").catch(absent);
    const after = insertDocumentId(file, before);
    if (after === before) continue;
    await put({ workspace, files }, file, after);
    changed.push(file);
  }
  return changed;
}

async function append(path: string, text: string): Promise<void> {
  await writeFile(path, (await readFile(path, "utf8").catch(absent)) + text);
}

async function put({ workspace }: Work, path: string, content: string): Promise<void> {
  const target = resolve(workspace, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "";
  throw error;
}

function withNewlines(text: string): string {
  return text.replaceAll("\\n", "\n");
}

import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder, writeSynced } from "../disk/durable.ts";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { stateFailed } from "./state-failure.ts";

/** The contents of files, each once, named by what is in them. What is kept survives a loss of power. */
export class Contents {
  readonly #folder: string;
  readonly #kept = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps a content, and gives its name. @throws {WorkspaceError} STATE_FAILED, DISK_FULL */
  async keep(content: Uint8Array): Promise<string> {
    const name = nameOf(content);
    if (this.#kept.has(name)) return name;
    try {
      await this.#write(this.path(name), content);
    } catch (cause) {
      throw stateFailed(`The backups in ${this.#folder}`, cause);
    }
    this.#kept.add(name);
    return name;
  }

  /** @throws {WorkspaceError} STATE_FAILED when it is not what was kept */
  async read(name: string): Promise<Buffer> {
    const path = this.path(name);
    const content = await readFile(path).catch((cause: unknown) => {
      throw stateFailed(`The backup ${path}`, cause);
    });
    if (nameOf(content) === name) return content;
    throw new WorkspaceError("STATE_FAILED", `The backup ${path} is damaged: it is not used.`);
  }

  /** Where a content is. */
  path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name.slice(2));
  }

  async #write(path: string, content: Uint8Array): Promise<void> {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return;
    const folder = dirname(path);
    await mkdir(folder, { recursive: true });
    // Whole or not there: a name is a promise of its content.
    const draft = `${path}.${randomUUID()}`;
    await writeSynced(draft, content);
    await rename(draft, path);
    await syncFolder(folder);
  }
}

function nameOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

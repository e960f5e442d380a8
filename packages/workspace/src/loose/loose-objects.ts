import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, deflateSync } from "node:zlib";
import { syncFolder } from "../disk/durable.ts";
import type { Git } from "../git/git.ts";
import type { NewObject } from "../tree/tree-object.ts";
import { type LooseSettings, readLooseSettings } from "./loose-settings.ts";

/** Above this it is packed elsewhere than in this thread. */
const LARGE = 64 * 1024;
/** How often a folder or a file may go that was just made, as where garbage is collected meanwhile. */
const MOST_TRIES = 5;

const deflateLarge = promisify(deflate);

/**
 * The loose objects of a repository: one file each, which comes to be by a rename, so that it is whole or not
 * there. Only what is on the disk at this moment counts. A git that stays would believe in an object because
 * it has seen it in a pack that somebody has removed since, and write nothing.
 */
export class LooseObjects {
  readonly #folder: string;
  readonly #git: Git;
  #settings: Promise<LooseSettings | null> | null = null;

  /** @param folder `objects`, where this repository's own are */
  constructor(folder: string, git: Git) {
    this.#folder = folder;
    this.#git = git;
  }

  /**
   * Whether an object has a file of its own. It is as new as one that was just written from then on: git
   * removes what nobody refers to by its age.
   */
  async freshen(id: string): Promise<boolean> {
    const { file } = this.#place(id);
    try {
      const found = await lstat(file);
      // What a crash of the system leaves of a file that was not synced.
      if (!found.isFile() || found.size === 0) return false;
      const now = new Date();
      await utimes(file, now, now);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Has the object in a file of its own, whatever else there is of it.
   * @throws {Error} when it cannot be written, or only git knows how
   */
  async write({ id, type, content }: NewObject): Promise<void> {
    const settings = await this.#readSettings();
    if (settings === null) throw new Error("Only git knows how to write here.");
    if (await this.freshen(id)) return;
    const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
    const { level } = settings;
    const packed =
      whole.length < LARGE ? deflateSync(whole, { level }) : await deflateLarge(whole, { level });
    for (let tries = 1; ; tries++) {
      try {
        return await this.#put(id, packed, settings.sync);
      } catch (error) {
        const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
        if (!gone || tries === MOST_TRIES) throw error;
        await this.#makeFolder(this.#place(id).folder, settings.sync);
      }
    }
  }

  /** Once: it is not to change while a run goes on. */
  #readSettings(): Promise<LooseSettings | null> {
    this.#settings ??= readLooseSettings(this.#git).catch((error: unknown) => {
      this.#settings = null;
      throw error;
    });
    return this.#settings;
  }

  async #makeFolder(folder: string, sync: boolean): Promise<void> {
    try {
      await mkdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (sync) await syncFolder(this.#folder);
  }

  async #put(id: string, packed: Buffer, sync: boolean): Promise<void> {
    const { folder, file } = this.#place(id);
    // Named as git names them: what a kill leaves of it, git collects.
    const temporary = join(folder, `tmp_obj_${randomBytes(6).toString("hex")}`);
    const handle = await open(temporary, "wx", 0o444);
    try {
      try {
        await handle.writeFile(packed);
        if (sync) await handle.sync();
      } finally {
        // Some systems tell only now that the disk is full.
        await handle.close();
      }
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    if (sync) await syncFolder(folder);
  }

  #place(id: string): { readonly folder: string; readonly file: string } {
    const folder = join(this.#folder, id.slice(0, 2));
    return { folder, file: join(folder, id.slice(2)) };
  }
}

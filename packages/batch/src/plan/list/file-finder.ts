import { lstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, posix } from "node:path";
import type { Site } from "../../contract/site.ts";
import { BatchError } from "../../errors/batch-error.ts";
import { classifyFiles } from "../classify-file.ts";
import { isGlob, matchPattern, type Pattern, parsePattern } from "../pattern.ts";
import { placeInside } from "../place-inside.ts";

/** A file of a list, or what is wrong with it. */
export type Found = { readonly file: string } | { readonly problem: string };

/** What an entry of a task means. */
export type FoundEntry =
  | { readonly files: readonly string[]; readonly excluded: boolean; readonly isNew: boolean }
  | { readonly problem: string };

/** Finds files that lists name, with one look at the repository for all of them. */
export class FileFinder {
  readonly #site: Site;
  readonly #cwd: string;
  readonly #tracked: ReadonlySet<string>;
  readonly #untracked: ReadonlySet<string>;
  readonly #folders: ReadonlySet<string>;

  private constructor(
    repository: Site,
    cwd: string,
    tracked: readonly string[],
    untracked: readonly string[],
  ) {
    this.#site = repository;
    this.#cwd = cwd;
    this.#tracked = new Set(tracked);
    this.#untracked = new Set(untracked);
    this.#folders = foldersOf(tracked);
  }

  /** @param cwd The absolute folder that paths are relative to. */
  static async open(repository: Site, cwd: string): Promise<FileFinder> {
    const { tracked, untracked } = await repository.listFiles();
    // The root has no links in it, so neither may the folder that is compared with it.
    return new FileFinder(repository, await realpath(cwd), tracked, untracked);
  }

  /** Exactly this file, which git must track. A link stands for what it leads to. */
  file(path: string): Found {
    const pattern = this.#patternOf(path);
    if ("problem" in pattern) return pattern;
    if (this.#tracked.has(pattern.fromRoot)) return this.#followed(pattern.fromRoot);
    return { problem: this.#absence(pattern, path) };
  }

  /**
   * What an entry of a task means: a file, a folder, a glob, the exclusion of any of them, or a file that
   * is not there yet.
   */
  entry(path: string): FoundEntry {
    const excluded = path.startsWith("!") && path.length > 1 && !this.#tracked.has(path);
    const text = excluded ? path.slice(1) : path;
    const pattern = this.#patternOf(text);
    if ("problem" in pattern) return pattern;
    const { fromRoot } = pattern;
    if (!excluded && this.#tracked.has(fromRoot)) {
      const found = this.#followed(fromRoot);
      return "file" in found ? { files: [found.file], excluded, isNew: false } : found;
    }
    if (fromRoot === "" || this.#folders.has(fromRoot) || isGlob(pattern)) {
      const files = matchPattern(pattern, this.#tracked);
      if (files.length > 0 || excluded) return { files, excluded, isNew: false };
      const what = this.#site.place === "in-place" ? "files" : "files that git tracks";
      return { problem: `"${path}" matches none of the ${what}` };
    }
    if (excluded) return { files: [fromRoot], excluded, isNew: false };
    if (this.#kindOnDisk(fromRoot) !== "nothing") return { problem: this.#absence(pattern, path) };
    return { files: [fromRoot], excluded, isNew: true };
  }

  /** Which of these files are not text, hence cannot be edited. */
  async unfit(files: readonly string[]): Promise<Map<string, string>> {
    const kinds = await classifyFiles(this.#site.root, files);
    const unfit = new Map<string, string>();
    for (const [file, kind] of kinds) {
      if (kind === "binary") unfit.set(file, `"${file}" is binary, and only text can be edited`);
      if (kind === "other") unfit.set(file, `"${file}" is not a file`);
    }
    return unfit;
  }

  #patternOf(path: string): Pattern | { readonly problem: string } {
    if (path.includes("\0")) return { problem: "expected a path, found one with a NUL byte" };
    try {
      // In a list a leading ! is a part of the name.
      const literal = isAbsolute(path) ? path : `./${path}`;
      return parsePattern(literal, this.#site.root, this.#cwd);
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      return { problem: outside(path, this.#site.root) };
    }
  }

  #followed(file: string): Found {
    let place: string;
    try {
      place = placeInside(this.#site, file);
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      return { problem: outside(file, this.#site.root) };
    }
    if (place === file || this.#tracked.has(place)) return { file: place };
    return { problem: `"${file}" is a link to "${place}", which is not a file that git tracks` };
  }

  #kindOnDisk(fromRoot: string): "nothing" | "folder" | "file" {
    const path = join(this.#site.root, fromRoot);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "nothing";
    return found.isDirectory() ? "folder" : "file";
  }

  #absence({ fromRoot }: Pattern, path: string): string {
    if (this.#kindOnDisk(fromRoot) === "folder") {
      return `expected a file, found "${path}", which is a folder`;
    }
    if (this.#untracked.has(fromRoot)) {
      return `git does not track "${path}": add and commit it first`;
    }
    if (this.#kindOnDisk(fromRoot) === "file") {
      if (this.#site.place === "in-place") return `"${path}" is ignored, hence not edited`;
      return `git does not track "${path}", since .gitignore names it: ignored files are not edited`;
    }
    const quoted = path.startsWith('"') && path.endsWith('"');
    const hint = quoted ? ". Git quotes names that are not plain: give it -z, and cluster -0" : "";
    return `there is no file "${path}" in ${this.#cwd}${hint}`;
  }
}

function outside(path: string, root: string): string {
  return `"${path}" leads out of the repository ${root}`;
}

function foldersOf(files: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const file of files) {
    for (let folder = posix.dirname(file); folder !== "."; folder = posix.dirname(folder)) {
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

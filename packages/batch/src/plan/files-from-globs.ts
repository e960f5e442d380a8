import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Site } from "../contract/site.ts";
import { BatchError } from "../errors/batch-error.ts";
import { listSome } from "../errors/list-some.ts";
import { classifyFiles } from "./classify-file.ts";
import { isGlob, matchPattern, type Pattern, parsePattern } from "./pattern.ts";
import { placeInside } from "./place-inside.ts";

/** What {@link filesFromGlobs} found. */
export interface FoundFiles {
  /** Relative to the repository's root, with `/`, each once, in git's order. */
  readonly files: readonly string[];
  /** What was passed over, in sentences. */
  readonly warnings: readonly string[];
}

/** Options of {@link filesFromGlobs}. */
export interface FilesFromGlobsOptions {
  /** The absolute folder that patterns are relative to. @default the repository's root */
  readonly cwd?: string;
}

/**
 * The tracked files that patterns mean. `*`, `**`, `?`, `[a-z]` and `{a,b}` are wildcards, a leading
 * `!` excludes, a folder's name means everything in it, and a file of exactly that name wins over
 * wildcards. Only what git tracks is searched, so .gitignore counts; in place, what git does not ignore. Names that begin with a dot are
 * matched where the pattern spells the dot. Binary files are passed over with a warning, unless they are named
 * literally or nothing else matches.
 * @throws {BatchError} NO_FILES_MATCH, PATH_OUTSIDE, BINARY_FILE
 */
export async function filesFromGlobs(
  repository: Site,
  patterns: readonly string[],
  options: FilesFromGlobsOptions = {},
): Promise<FoundFiles> {
  const { root } = repository;
  // The root has no links in it, so neither may the folder that is compared with it.
  const cwd = options.cwd === undefined ? root : await realpath(options.cwd);
  const parsed = patterns.map((text) => parsePattern(text, root, cwd));
  const wanted = parsed.filter((pattern) => !pattern.negated);
  if (wanted.length === 0) {
    throw new BatchError(
      "NO_FILES_MATCH",
      patterns.length === 0
        ? 'No pattern was given. Name files or patterns, such as "src/**/*.py".'
        : `Only exclusions were given (${listSome(patterns)}). Say first what to include, such as ".".`,
      { paths: patterns },
    );
  }
  const listed = await repository.listFiles();
  const tracked = new Set(listed.tracked);
  const excluded = new Set(
    parsed.filter(({ negated }) => negated).flatMap((pattern) => matchPattern(pattern, tracked)),
  );
  const warnings: string[] = [];
  const literal = new Set<string>();
  const matched = new Set<string>();
  const fruitless: Pattern[] = [];
  for (const pattern of wanted) {
    const files = matchPattern(pattern, tracked).filter((file) => !excluded.has(file));
    if (files.length === 0) fruitless.push(pattern);
    for (const file of files) matched.add(file);
    if (files.length === 1 && files[0] === pattern.fromRoot) literal.add(pattern.fromRoot);
  }
  for (const pattern of fruitless) {
    const message = fruitlessMessage(pattern, tracked, listed.untracked, repository);
    if (matched.size === 0 || !isGlob(pattern)) {
      throw new BatchError("NO_FILES_MATCH", message, { paths: [pattern.text] });
    }
    warnings.push(message);
  }
  const ordered = [...tracked].filter((file) => matched.has(file));
  const files = await textFiles(repository, ordered, literal, tracked, warnings);
  return { files, warnings };
}

function fruitlessMessage(
  pattern: Pattern,
  tracked: ReadonlySet<string>,
  untracked: readonly string[],
  { root, place }: Site,
): string {
  const what = place === "in-place" ? "files" : "files that git tracks";
  const found = `"${pattern.text}" matches none of the ${tracked.size} ${what} in ${root}`;
  if (matchPattern(pattern, tracked).length > 0) return `${found}, exclusions aside.`;
  const uncommitted = matchPattern(pattern, new Set(untracked));
  if (uncommitted.length > 0) {
    return `${found}. It would match ${listSome(uncommitted)}, which git does not track: add and commit first.`;
  }
  if (existsSync(join(root, pattern.fromRoot))) {
    return place === "in-place"
      ? `${found}. It exists, but it is ignored, or in a folder of caches or dependencies.`
      : `${found}. It exists, but .gitignore names it: ignored files are not edited.`;
  }
  return `${found}. Patterns are relative to the folder they are typed in; quote them, so that the shell leaves them alone.`;
}

/** Follows links, and leaves out what cannot be edited as text. */
async function textFiles(
  repository: Site,
  matched: readonly string[],
  literal: ReadonlySet<string>,
  tracked: ReadonlySet<string>,
  warnings: string[],
): Promise<string[]> {
  const kinds = await classifyFiles(repository.root, matched);
  const files = new Set<string>();
  const binary: string[] = [];
  for (const [file, kind] of kinds) {
    if (kind === "text" || kind === "missing") files.add(file);
    if (kind === "binary") binary.push(file);
    if (kind === "link") {
      // A link that a wildcard caught is passed over: its target is a file in its own right.
      const target = literal.has(file) ? placeInside(repository, file) : null;
      if (target !== null && tracked.has(target)) files.add(target);
    }
  }
  const named = binary.filter((file) => literal.has(file));
  if (named.length > 0 || (files.size === 0 && binary.length > 0)) {
    const shown = named.length > 0 ? named : binary;
    throw new BatchError(
      "BINARY_FILE",
      `Only text can be edited, and ${listSome(shown)} ${shown.length === 1 ? "is" : "are"} binary. Leave ${shown.length === 1 ? "it" : "them"} out, with "!${shown[0]}" for instance.`,
      { paths: shown },
    );
  }
  if (binary.length > 0) warnings.push(`Passed over, since binary: ${listSome(binary)}.`);
  if (files.size === 0) {
    throw new BatchError(
      "NO_FILES_MATCH",
      `What was matched is not a file: ${listSome(matched)}. Submodules and links are passed over.`,
      { paths: matched },
    );
  }
  return [...files];
}

import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { RunContext } from "./run-context.ts";

/** What became of writing patches. */
export type WrittenPatches =
  | { readonly kind: "written"; readonly folder: string; readonly files: number }
  | { readonly kind: "refused"; readonly reason: string };

/** Whatever the user's `format.*` and `diff.*` say, `git am` and `git apply` must be able to read them. */
const PLAIN: readonly string[] = [
  "--binary",
  "--full-index",
  "--no-attach",
  "--no-cover-letter",
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--no-signoff",
  "--unified=3",
  "--submodule=short",
  "--suffix=.patch",
  "--no-notes",
  "--no-signature",
  "--no-thread",
  "--no-to",
  "--no-cc",
  "--no-add-header",
  "--no-base",
  "--no-from",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

/**
 * Writes a patch for each commit of the run into a folder that is not there yet or empty: all of them,
 * or none. One that holds just these patches counts as written.
 */
export async function writePatches(
  { parts, base, run }: RunContext,
  tip: string,
  to: string,
): Promise<WrittenPatches> {
  const folder = resolve(to);
  await mkdir(dirname(folder), { recursive: true });
  // Beside it: a folder takes its name in one step.
  const written = join(dirname(folder), `.${basename(folder)}-${run}`);
  try {
    // A killed process of this run may have left its own.
    await rm(written, { recursive: true, force: true });
    await mkdir(written);
    const args = ["format-patch", "--quiet", ...PLAIN, `--output-directory=${written}`];
    await parts.git.run([...args, `${base}..${tip}`, "--"]);
    const files = await readdir(written);
    const count = await parts.git.line(["rev-list", "--count", "--no-merges", `${base}..${tip}`]);
    if (files.length !== Number(count)) {
      return { kind: "refused", reason: `git wrote ${files.length} patches for ${count} commits` };
    }
    const there = await readdir(folder).catch(() => []);
    if (there.length > 0 && !(await areTheSame(written, files, folder, there))) {
      return { kind: "refused", reason: `the folder for the patches is not empty: ${folder}` };
    }
    if (there.length === 0) await rename(written, folder);
    return { kind: "written", folder, files: files.length };
  } finally {
    await rm(written, { recursive: true, force: true });
  }
}

async function areTheSame(
  one: string,
  files: readonly string[],
  other: string,
  there: readonly string[],
): Promise<boolean> {
  if (files.length !== there.length) return false;
  const same = files.map(async (name) => {
    const [a, b] = await Promise.all(
      [one, other].map((folder) => readFile(join(folder, name)).catch(() => null)),
    );
    return a != null && b != null && a.equals(b);
  });
  return !(await Promise.all(same)).includes(false);
}

import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Git } from "../git/git.ts";
import type { FileChange } from "./change.ts";
import type { DiffEntry } from "./diff-entry.ts";

/** A change that no tree can hold, and why. */
export type NotHeld = FileChange & { readonly unlandable: string };

/** What git says of what it cannot take, each with the path. */
const LEFT_OUT = [
  {
    words: /^error: '(.+)\/' does not have a commit checked out$/gm,
    status: "added",
    unlandable: "it is a repository of its own, and has no commit",
  },
  {
    words: /^error: (.+): can only add regular files, symbolic links or git-directories$/gm,
    status: "type-changed",
    unlandable: "it is no file any more but a pipe, a socket or a device",
  },
] as const;

const REPOSITORY =
  "it is a repository of its own, whose commits would be in nobody's clone; remove its .git, or make it a submodule";

/** Stages everything and gives what git had to leave out. */
export async function addAll(
  git: Git,
  signal: AbortSignal | undefined,
): Promise<readonly NotHeld[]> {
  try {
    await git.run(["add", "--all"], { signal });
    return [];
  } catch (error) {
    if (leftOut(error).length === 0) throw error;
  }
  try {
    await git.run(["add", "--all", "--ignore-errors"], { signal });
    return [];
  } catch (error) {
    const left = leftOut(error);
    const errors = error instanceof WorkspaceError ? error.stderr.match(/^(error|fatal):/gm) : null;
    if (left.length === 0 || left.length !== errors?.length) throw error;
    return left;
  }
}

function leftOut(error: unknown): NotHeld[] {
  if (!(error instanceof WorkspaceError) || error.code !== "GIT_FAILED") return [];
  const { stderr } = error;
  return LEFT_OUT.flatMap(({ words, status, unlandable }) =>
    Array.from(stderr.matchAll(words), ([, path = ""]) => notHeld(path, status, unlandable)),
  );
}

/** A change of which git knows nothing but the path. */
export function notHeld(path: string, status: NotHeld["status"], unlandable: string): NotHeld {
  return { path, status, addedLines: null, removedLines: null, unlandable };
}

/**
 * Takes repositories that a tool has made inside out of the index again, where git has put a link to a commit
 * that nobody else has. What was tracked in their place is as before there.
 * @param entries what is staged
 */
export async function unstageRepositories(
  git: Git,
  entries: readonly DiffEntry[],
  signal: AbortSignal | undefined,
): Promise<readonly NotHeld[]> {
  const links = entries.filter(
    ({ oldMode, newMode }) => newMode === GITLINK && oldMode !== GITLINK,
  );
  if (links.length === 0) return [];
  // As the base has it: a mode of 0 removes what it has not.
  const lines = links.map(({ oldMode, oldId, newPath }) =>
    /^0+$/.test(oldMode) ? `0 ${oldId}\t${newPath}\0` : `${oldMode} ${oldId}\t${newPath}\0`,
  );
  const input = Buffer.from(lines.join(""), "latin1");
  await git.run(["update-index", "-z", "--index-info"], { signal, input });
  return links.map(({ change }) => notHeld(change.path, change.status, REPOSITORY));
}

const GITLINK = "160000";

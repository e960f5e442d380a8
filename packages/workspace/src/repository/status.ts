import { type Git, nulSeparated, text } from "../git/git.ts";

/** The files that git knows of in a work tree. */
export interface FileList {
  /** In the index; sorted. Submodules are not files. */
  readonly tracked: readonly string[];
  /** Neither in the index nor ignored; sorted. */
  readonly untracked: readonly string[];
}

/** Files in the index, without submodules. */
export async function trackedFiles(git: Git, signal?: AbortSignal): Promise<string[]> {
  const { stdout } = await git.run(["ls-files", "-z", "--stage"], { signal });
  const paths = new Set<string>();
  for (const entry of nulSeparated(stdout)) {
    const tab = entry.indexOf("\t");
    if (!entry.startsWith("160000 ")) paths.add(text(entry.slice(tab + 1)));
  }
  return [...paths];
}

/** The folders of submodules in the index. */
export async function submodulePaths(git: Git, signal?: AbortSignal): Promise<string[]> {
  const { stdout } = await git.run(["ls-files", "-z", "--stage"], { signal });
  return nulSeparated(stdout).flatMap((entry) =>
    entry.startsWith("160000 ") ? text(entry.slice(entry.indexOf("\t") + 1)) : [],
  );
}

/** Files that are neither in the index nor ignored. */
export async function untrackedFiles(git: Git, signal?: AbortSignal): Promise<string[]> {
  const args = ["ls-files", "-z", "--others", "--exclude-standard"];
  const { stdout } = await git.run(args, { signal });
  // A repository inside the work tree is listed as a folder, with a slash at its end.
  return nulSeparated(stdout)
    .map(text)
    .filter((path) => !path.endsWith("/"));
}

/** Folders of which git ignores everything. */
export async function ignoredFolders(git: Git): Promise<string[]> {
  const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  const { stdout } = await git.run(args);
  return nulSeparated(stdout).flatMap((path) => {
    const name = text(path);
    return name.endsWith("/") ? name.slice(0, -1) : [];
  });
}

/** Tracked files whose content, staged or not, is not that of HEAD. */
export async function dirtyFiles(git: Git, signal?: AbortSignal): Promise<string[]> {
  const { stdout } = await git.run(
    [
      "status",
      "--porcelain=v2",
      "-z",
      "--untracked-files=no",
      "--no-renames",
      "--ignore-submodules=dirty",
    ],
    { signal },
  );
  return nulSeparated(stdout).flatMap((entry) => {
    // https://git-scm.com/docs/git-status#_changed_tracked_entries: how many fields come before the path
    const fields = { "1": 8, u: 10 }[entry[0] ?? ""];
    return fields === undefined ? [] : [text(entry.split(" ").slice(fields).join(" "))];
  });
}

import { type Git, nulSeparated, text } from "./git.ts";

/** A merge on objects alone: no work tree and no index is touched. */
export type MergedTree =
  | { readonly kind: "clean"; readonly tree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

/** Merges two commits over their own merge base. */
export async function mergeTrees(
  git: Git,
  ours: string,
  theirs: string,
  signal?: AbortSignal,
): Promise<MergedTree> {
  const { exitCode, stdout } = await git.run(
    ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs],
    { signal, answers: [1] },
  );
  const [tree = "", ...files] = nulSeparated(stdout);
  if (exitCode === 0) return { kind: "clean", tree: tree.trim() };
  return { kind: "conflict", files: [...new Set(files.filter((file) => file !== "").map(text))] };
}

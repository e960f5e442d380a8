import { type Git, nulSeparated } from "../git/git.ts";

/** Disks give space in blocks of this size, mostly. */
const BLOCK_BYTES = 4096;

/** About what a checkout of a commit takes on the disk, in bytes. Filters, as those of LFS, are not known. */
export async function checkoutSize(
  git: Git,
  commit: string,
  signal?: AbortSignal,
): Promise<number> {
  const { stdout } = await git.run(["ls-tree", "-r", "-l", "-z", commit], { signal });
  let bytes = 0;
  for (const entry of nulSeparated(stdout)) {
    // `<mode> blob <id> <size padded to 7>\t<path>`; a submodule has `-` for its size.
    const size = Number(entry.slice(0, entry.indexOf("\t")).split(" ").at(-1));
    if (size > 0) bytes += Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return bytes;
}

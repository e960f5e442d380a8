import { type Git, nulSeparated, text } from "../git/git.ts";

/** What a checkout of a commit comes to. */
export interface CheckoutContent {
  /**
   * About what it takes on the disk. Filters, as those of LFS, are not known. 0 where looking would fetch what
   * is not here, or where a part only is checked out.
   */
  readonly bytes: number;
  /** The folders of submodules, which are empty in it. */
  readonly submodules: readonly string[];
}

/** Disks give space in blocks of this size, mostly. */
const BLOCK_BYTES = 4096;
/** Settings of partial clones and of sparse checkouts. */
const IN_PART = "^(extensions\\.partialclone|remote\\..*\\.promisor|core\\.sparsecheckout)$";

/** Reads what is to be checked out, without its contents. */
export async function readCheckoutContent(git: Git, commit: string): Promise<CheckoutContent> {
  const settings = await git.run(["config", "--get-regexp", IN_PART], { answers: [1] });
  const whole = !/ (?!false$)/m.test(settings.stdout);
  const args = ["ls-tree", "-r", "-z", ...(whole ? ["-l"] : []), commit];
  const submodules: string[] = [];
  let bytes = 0;
  for (const entry of nulSeparated((await git.run(args)).stdout)) {
    // `<mode> <type> <id>[ <size, padded>]\t<path>`
    const tab = entry.indexOf("\t");
    if (entry.startsWith("160000 ")) submodules.push(text(entry.slice(tab + 1)));
    else if (whole) bytes += onDisk(Number(entry.slice(0, tab).split(" ").at(-1)));
  }
  return { bytes, submodules };
}

function onDisk(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}

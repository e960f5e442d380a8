import { nulSeparated } from "../git/git.ts";
import { deleteRef } from "../git/refs.ts";
import type { RunContext } from "../run/run-context.ts";
import { isMerged } from "./is-merged.ts";

/**
 * Removes the refs of interrupted attempts whose edits the branch has by now, as when the attempt was made again
 * and came to the same. Gives those refs.
 */
export async function dropSuperseded(
  { parts, run }: RunContext,
  tip: string,
): Promise<readonly string[]> {
  const { git } = parts;
  const pattern = `refs/cluster/${run}/interrupted-*`;
  const args = ["for-each-ref", "--format=%(refname) %(objectname)%00", pattern];
  const dropped: string[] = [];
  for (const entry of nulSeparated((await git.run(args)).stdout)) {
    const [ref = "", commit = ""] = entry.trim().split(" ");
    if (ref === "" || !(await isMerged(git, commit, tip))) continue;
    if (await deleteRef(git, ref, commit)) dropped.push(ref);
  }
  return dropped;
}

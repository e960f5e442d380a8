import type { Reason } from "../contract/evidence.ts";
import type { AttemptResult } from "../contract/executor.ts";
import { listSome } from "../errors/list-some.ts";

/**
 * What is worth saying of a turn that ended well and changed none of its files.
 * @param landedBefore The token of the attempt at the same task that had landed; 0 for none.
 */
export function reasonWithoutChange(
  { evidence }: AttemptResult,
  landedBefore: number,
): Reason | null {
  const { outside, claimedEdits, strays = [] } = evidence;
  const said: string[] = [];
  if (landedBefore > 0)
    said.push(`Attempt ${landedBefore} at it had landed; this one changed nothing.`);
  for (const { path, unlandable } of evidence.changes) {
    if (unlandable !== undefined) said.push(`${path} cannot be committed: ${unlandable}.`);
  }
  if (outside.length > 0) {
    const where = listSome(outside.map(({ path }) => path));
    said.push(`It changed other files than its own, which are not landed: ${where}.`);
  }
  if (strays.length > 0) {
    const where = listSome(strays.map(({ path }) => path));
    said.push(`Meanwhile other files changed, by whomever: ${where}.`);
  }
  if (claimedEdits.length > 0) {
    const who = evidence.strays === undefined ? "git sees no change" : "nothing changed";
    said.push(`The tool claims to have edited ${listSome(claimedEdits)}; ${who} there.`);
  }
  return said.length === 0
    ? null
    : { failureClass: null, code: "NO_CHANGE", message: said.join(" ") };
}

import type { Reason } from "../contract/evidence.ts";
import type { AttemptResult } from "../contract/executor.ts";
import { listSome } from "../errors/list-some.ts";

/** What matters besides the attempt itself. */
export interface NoChangeContext {
  /** The token of the attempt at the same task that had landed; 0 for none. */
  readonly landedBefore: number;
  /** It is a failure: then there is always something to say. */
  readonly requireChange: boolean;
}

/** What is worth saying of a turn that ended well and changed none of its files. */
export function reasonWithoutChange(
  { evidence }: AttemptResult,
  { landedBefore, requireChange }: NoChangeContext,
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
  if (requireChange && said.length === 0)
    said.push("It changed nothing, and a change was required.");
  return said.length === 0
    ? null
    : { failureClass: null, code: "NO_CHANGE", message: said.join(" ") };
}

import type { Reason } from "../contract/evidence.ts";
import type { AttemptResult } from "../contract/executor.ts";
import { listSome } from "../errors/list-some.ts";

/** What is worth saying of a turn that ended well and changed none of its files. */
export function reasonWithoutChange({ evidence }: AttemptResult): Reason | null {
  const { outside, claimedEdits } = evidence;
  const said: string[] = [];
  if (outside.length > 0) {
    const where = listSome(outside.map(({ path }) => path));
    said.push(`It changed other files than its own, which are not landed: ${where}.`);
  }
  if (claimedEdits.length > 0) {
    said.push(
      `The tool claims to have edited ${listSome(claimedEdits)}; git sees no change there.`,
    );
  }
  return said.length === 0
    ? null
    : { failureClass: null, code: "NO_CHANGE", message: said.join(" ") };
}

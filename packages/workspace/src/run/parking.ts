import { WorkspaceError } from "../errors/workspace-error.ts";
import { deleteRef, readRef, swapRef } from "../git/refs.ts";
import { noObject } from "../repository/parts.ts";
import type { RunContext } from "./run-context.ts";

/** Keeps a commit under a ref of its own; a ref that keeps another commit is left as it is. */
export async function park(context: RunContext, commit: string, task: string): Promise<string> {
  const { parts, run, made } = context;
  const name = `refs/cluster/${run}/${refName(task)}`;
  for (let ordinal = 1; ; ordinal++) {
    const ref = ordinal === 1 ? name : `${name}-${ordinal}`;
    const from = noObject(parts.objectFormat);
    const kept =
      (await swapRef(parts.git, { ref, to: commit, from, message: "cluster: park" })) ||
      (await readRef(parts.git, ref)) === commit;
    if (!kept) continue;
    made.delete(commit);
    return ref;
  }
}

/** Lets go of a commit that was kept under a task's name, if it still is. */
export async function unpark(
  { parts, run }: RunContext,
  commit: string,
  task: string,
): Promise<void> {
  await deleteRef(parts.git, `refs/cluster/${run}/${refName(task)}`, commit);
}

/** A task's name as one part of a ref: what a ref cannot hold is written as `=XX`. */
function refName(task: string): string {
  if (task === "") throw new WorkspaceError("OPTION_INVALID", "Expected the name of a task.");
  const safe = [...Buffer.from(task, "utf8")].map((byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(char) ? char : `=${byte.toString(16).padStart(2, "0")}`;
  });
  return safe.join("").slice(0, 200);
}

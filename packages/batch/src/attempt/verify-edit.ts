import type { Clock } from "@cluster/manager";
import type { FileChange } from "@cluster/workspace";
import type { Attempt } from "../contract/executor.ts";
import type { PlaceChanges, WorkPlace } from "../contract/site.ts";
import { runVerify, type Verification } from "../verify/run-verify.ts";

/** What the verify command said, and what the edit is after it. */
export interface Judgement {
  readonly verification: Verification;
  readonly changes: PlaceChanges;
  /** What of the changes is the task's. */
  readonly wanted: readonly FileChange[];
}

/**
 * Stage `verify`: the user's command judges the edit, and may change it, as a formatter does. What it
 * leaves elsewhere (caches, reports) is its own, and no edit.
 */
export async function verifyEdit(
  workspace: WorkPlace,
  attempt: Attempt,
  seen: PlaceChanges,
  signal: AbortSignal,
  clock: Clock,
): Promise<Judgement> {
  if (attempt.verify === null) {
    return { verification: { kind: "passed" }, changes: seen, wanted: landable(seen, attempt) };
  }
  const request = {
    command: attempt.verify,
    files: attempt.files,
    cwd: workspace.path,
    timeoutMs: attempt.verifyTimeoutMs,
    signal,
    clock,
  };
  const verify = (): Promise<Verification> => runVerify(request);
  const verification = await (workspace.judge?.(verify) ?? verify());
  const changes = await workspace.changes(attempt.files);
  const byTool = new Set([...seen.inside, ...seen.outside].map(({ path }) => path));
  const wanted = landable(changes, attempt).filter(
    (change) =>
      byTool.has(change.path) || (attempt.files.length > 0 && changes.inside.includes(change)),
  );
  return { verification, changes, wanted };
}

/** The changes that may land: those of the task's files, or all where that is allowed. */
export function landable(changes: PlaceChanges, attempt: Attempt): readonly FileChange[] {
  return attempt.allowOutside ? [...changes.inside, ...changes.outside] : changes.inside;
}

import { type Landing, WorkspaceError } from "@cluster/workspace";
import { failureOf } from "../attempt/failure-of.ts";
import type { Reason } from "../contract/evidence.ts";
import type { LandingPlace } from "../contract/site.ts";
import { listSome } from "../errors/list-some.ts";
import { reasonOf } from "./task-state.ts";

/** What became of an edit that was to land. */
export type Landed =
  | Extract<Landing, { kind: "landed" }>
  /** It does not fit what landed before it. */
  | { readonly kind: "conflict"; readonly reason: Reason }
  | { readonly kind: "failed"; readonly reason: Reason | null };

/** Of an edit that did not fit, when a second turn on the new tip changed nothing. */
export const NOT_MADE_AGAIN: Reason = {
  failureClass: null,
  code: "CONFLICT",
  message:
    "The edit does not fit what landed before it, and a second turn on top of that changed nothing. The edit is kept, not landed.",
};

/** Of an edit of an earlier session, after a `git reset` or `git branch -D`. */
const ON_DROPPED_COMMITS: Reason = {
  failureClass: null,
  code: "CONFLICT",
  message: "The edit was made on top of commits that are not on the branch any more.",
};

/** Puts a commit onto the run's branch. Never rejects. */
export async function landEdit(branch: LandingPlace, commit: string): Promise<Landed> {
  try {
    const landing = await branch.land(commit);
    if (landing.kind === "landed") return landing;
    const where = listSome(landing.files);
    const message = `The edit does not fit what landed before it, in ${where}.`;
    return { kind: "conflict", reason: { failureClass: null, code: "CONFLICT", message } };
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "OPTION_INVALID") {
      return { kind: "conflict", reason: ON_DROPPED_COMMITS };
    }
    return { kind: "failed", reason: reasonOf(failureOf("landing", error)) };
  }
}

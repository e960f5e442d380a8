import type { Delivery } from "@cluster/workspace";
import type { RunReport } from "./report.ts";
import type { Place } from "./site.ts";

/** What a run began with. It does not change. */
export interface RunRecord {
  /** Where its instances work. @default "worktrees" */
  readonly place?: Place;
  readonly run: string;
  /** The root of the user's work tree, absolute. */
  readonly root: string;
  /** The commit that the run's branch began on. */
  readonly base: string;
  /** What was checked out then; `null` for a detached HEAD. */
  readonly target: string | null;
  readonly tool: string;
  readonly workers: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Whatever its starter needs to go on with it, as JSON: the command line keeps its flags here. */
  readonly settings: unknown;
}

/** What happened to a run as a whole. The journal has it before anybody acts on it. */
export type RunMark =
  | { readonly type: "run.begun"; readonly record: RunRecord }
  /** Another process goes on with it. Its branch begins on `base` from now on. */
  | { readonly type: "run.resumed"; readonly base: string }
  /** A changed list says otherwise than the plan what these tasks wait for, by their ids. The last one counts. */
  | { readonly type: "run.relinked"; readonly after: Readonly<Record<string, readonly string[]>> }
  /** From here on the user's checkout is moved, and the run's branch may be gone. */
  | {
      readonly type: "run.delivering";
      readonly branch: string;
      readonly from: string;
      readonly to: string;
    }
  /** The first tasks were a trial, and whether the others follow. */
  | { readonly type: "run.canary"; readonly goesOn: boolean; readonly reason: string | null }
  | {
      readonly type: "run.ended";
      readonly end: RunReport["end"];
      readonly reason: string | null;
      readonly delivery: Delivery;
    };

import type { RunReport } from "@cluster/batch";
import type { CommandEnd, RunningCommand } from "../../cluster/cluster-command.ts";

/** How a session of a run ended. */
export type SessionEnd =
  | { readonly kind: "killed" }
  /** The one before was killed before anything was begun: there is no run to go on with. */
  | { readonly kind: "nothing-begun" }
  /** The one before was killed when everything was done. */
  | { readonly kind: "complete" }
  | { readonly kind: "report"; readonly report: RunReport }
  /** An error, as of a git that was killed at the start. */
  | { readonly kind: "failed"; readonly message: string };

/** One way of running a run, and of going on with it. */
export interface Driver {
  start(): RunningCommand;
  resume(): RunningCommand;
  /** What it meant that a session ended so. */
  read(end: CommandEnd): SessionEnd;
}

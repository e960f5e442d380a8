import type { RunningCommand } from "../../cluster/cluster-command.ts";

/** One way of running a run, and of going on with it. */
export interface Driver {
  start(): RunningCommand;
  resume(): RunningCommand;
}

import type { Cell } from "./cell.ts";
import { allowedCommand, refusedCommand } from "./commands.ts";
import { noLeak } from "./context.ts";
import { edits, outside, refusedEdit, usage } from "./edits.ts";
import { end, goes, staysAtHome } from "./end.ts";
import { cancel, failures, hang } from "./failures.ts";
import { conversation } from "./kept.ts";
import { liveness } from "./liveness.ts";
import { start } from "./start.ts";

/** What every agent has to show, in an order in which the last ones look back at all others. */
export const CELLS: readonly Cell[] = [
  start,
  edits,
  usage,
  outside,
  refusedEdit,
  refusedCommand,
  allowedCommand,
  noLeak,
  conversation,
  cancel,
  ...failures,
  hang,
  liveness,
  staysAtHome,
  goes,
  end,
];

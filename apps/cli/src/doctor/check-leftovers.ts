import { plural } from "@cluster/batch";
import { endLeftovers } from "@cluster/pool";
import { clusterCommand } from "../command/command-to-copy.ts";
import { type CheckResult, ok, warn } from "./check.ts";

/** Ends what a killed command has left running, and says so: it costs money, and may still write. */
export async function checkLeftovers(elsewhere: string | undefined): Promise<CheckResult> {
  const name = "left processes";
  try {
    const count = await endLeftovers();
    if (count === 0) return ok(name, "none");
    return warn(
      name,
      `${plural(count, "tool process", "tool processes")} of a killed command ended just now`,
      `Runs that were left, and how to go on: ${clusterCommand("status", elsewhere)}`,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return warn(name, `cannot be known: ${reason}`, "Make the folder readable for this user.");
  }
}

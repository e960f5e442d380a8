import { type DeliveryChoice, type LandedRun, landRun, plural } from "@cluster/batch";
import { clusterCommand, folderElsewhere, gitCommand } from "../command/command-to-copy.ts";
import { workingFolder } from "../command/working-folder.ts";
import { anchorLand } from "../config/land.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";

/** The flags of `cluster land`. */
export interface LandFlags {
  readonly as?: DeliveryChoice;
  readonly json?: boolean;
  readonly cwd?: string;
}

/** `cluster land [RUN]`. A branch that has to stay is a failure. */
export async function land(run: string, flags: LandFlags): Promise<ExitName> {
  const repository = workingFolder(flags.cwd);
  const delivery = anchorLand(flags.as ?? {}, repository);
  const landed = await landRun({ repository, run, delivery });
  const text =
    flags.json === true
      ? JSON.stringify(landed, null, 2)
      : render(landed, folderElsewhere(flags.cwd));
  process.stdout.write(`${text}\n`);
  return landed.delivery.kind === "kept" && delivery.as !== "branch" ? "failed" : "done";
}

function render(
  { run, delivery, before, stayed, open }: LandedRun,
  elsewhere: string | undefined,
): string {
  const goOn = clusterCommand(`resume ${run}`, elsewhere);
  const rest = open === 0 ? [] : [`${plural(open, "task")} without an outcome: ${goOn}`];
  const had = stayed === null ? "" : ` It had stayed on its own branch: ${printable(stayed)}.`;
  switch (delivery.kind) {
    case "merged":
      return [
        before
          ? `Run ${run} landed on ${delivery.branch} before; nothing was done now.`
          : `Run ${run} has landed on ${delivery.branch}.${had}`,
        ...rest,
      ].join("\n");
    case "kept":
      return [
        `Run ${run} stayed on ${delivery.branch}: ${printable(delivery.reason)}`,
        `By hand: ${gitCommand(delivery.command, elsewhere)}`,
        ...rest,
      ].join("\n");
    case "patches": {
      const written = `${plural(delivery.files, "patch file")} of run ${run}`;
      const folder = printable(delivery.folder);
      return [
        before
          ? `${written} went to ${folder} before; nothing was done now.`
          : `${written} written to ${folder}.${had}`,
        ...rest,
      ].join("\n");
    }
    default:
      return [`Nothing of run ${run} is to be landed.`, ...rest].join("\n");
  }
}

import { type DeliveryChoice, type LandedRun, landRun, plural } from "@cluster/batch";
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
  const text = flags.json === true ? JSON.stringify(landed, null, 2) : render(landed);
  process.stdout.write(`${text}\n`);
  return landed.delivery.kind === "kept" && delivery.as !== "branch" ? "failed" : "done";
}

function render({ run, delivery, open }: LandedRun): string {
  const rest =
    open === 0 ? [] : [`${plural(open, "task")} without an outcome: cluster resume ${run}`];
  switch (delivery.kind) {
    case "merged":
      return [`Run ${run} has landed on ${delivery.branch}.`, ...rest].join("\n");
    case "kept":
      return [
        `Run ${run} stayed on ${delivery.branch}: ${printable(delivery.reason)}`,
        `By hand: ${delivery.command}`,
        ...rest,
      ].join("\n");
    case "patches":
      return `${plural(delivery.files, "patch file")} written to ${printable(delivery.folder)}.`;
    default:
      return [`Nothing of run ${run} is to be landed.`, ...rest].join("\n");
  }
}

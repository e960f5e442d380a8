import { plural, type UndoneRun, undoRun } from "@cluster/batch";
import { workingFolder } from "../command/working-folder.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { printable } from "../progress/fit.ts";

/** The flags of `cluster undo`. */
export interface UndoFlags {
  readonly json?: boolean;
  readonly cwd?: string;
}

/** `cluster undo [RUN]`. Files that could not be taken back, since somebody changed them, are a failure. */
export async function undo(run: string, flags: UndoFlags): Promise<ExitName> {
  const undone = await undoRun({ repository: workingFolder(flags.cwd), run });
  const text = flags.json === true ? JSON.stringify(undone, null, 2) : render(undone);
  process.stdout.write(`${text}\n`);
  return undone.changed.length === 0 ? "done" : "failed";
}

function render({ run, root, restored, changed }: UndoneRun): string {
  const lines = [
    restored.length === 0
      ? `There was nothing to take back of run ${run}.`
      : `${plural(restored.length, "file")} in ${printable(root)} as before run ${run}:`,
    ...restored.map((path) => `  ${printable(path)}`),
  ];
  if (changed.length > 0) {
    lines.push(
      "Left as they are, since they were changed after the run:",
      ...changed.map((path) => `  ${printable(path)}`),
    );
  }
  return lines.join("\n");
}

import type { Site } from "@cluster/batch";
import { LocalRunStore, openSite } from "@cluster/batch/kept";
import { folderElsewhere } from "../command/command-to-copy.ts";
import { workingFolder } from "../command/working-folder.ts";

/** The runs of one repository. */
export interface KeptRuns {
  readonly repository: Site;
  readonly store: LocalRunStore;
  /** The folder that commands to copy must name; absent where the user stands in it. */
  readonly elsewhere: string | undefined;
}

/** The runs of the repository that a command is about. @throws {WorkspaceError} @throws {CliError} usage */
export async function keptRuns(cwd: string | undefined): Promise<KeptRuns> {
  const repository = await openSite(workingFolder(cwd));
  return { repository, store: new LocalRunStore(), elsewhere: folderElsewhere(cwd) };
}

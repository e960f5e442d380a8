import type { Site } from "@cluster/batch";
import { LocalRunStore, openSite } from "@cluster/batch/kept";
import { workingFolder } from "../command/working-folder.ts";

/** The runs of one repository. */
export interface KeptRuns {
  readonly repository: Site;
  readonly store: LocalRunStore;
}

/** The runs of the repository that a command is about. @throws {WorkspaceError} @throws {CliError} usage */
export async function keptRuns(cwd: string | undefined): Promise<KeptRuns> {
  const repository = await openSite(workingFolder(cwd));
  return { repository, store: new LocalRunStore() };
}

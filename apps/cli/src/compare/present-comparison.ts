import type { ExitName } from "../exit/exit-codes.ts";
import { runsOfComparison } from "./comparison-runs.ts";
import type { Contender } from "./contender.ts";
import { exitOfComparison, showRuns } from "./show-comparison.ts";
import { type TurnsOptions, takeTurns } from "./take-turns.ts";

/** Where a comparison is shown. */
export interface PresentOptions {
  readonly json: boolean;
  /** Of `--report`, checked. */
  readonly files: readonly string[];
}

/**
 * Has tools do the tasks of a comparison, and shows all of it side by side; also what was done before one of
 * them could not go on.
 * @throws what the run of a tool throws
 */
export async function presentComparison(
  contenders: readonly Contender[],
  options: TurnsOptions,
  where: PresentOptions,
): Promise<ExitName> {
  const { comparison, repository, store, elsewhere, limits } = options;
  let cut: Awaited<ReturnType<typeof takeTurns>> = null;
  try {
    cut = await takeTurns(contenders, options);
  } catch (error) {
    await show().catch(() => {});
    throw error;
  }
  const exit = await show();
  return cut ?? exit;

  async function show(): Promise<ExitName> {
    const runs = (await runsOfComparison(comparison, options)).map(({ run }) => run);
    if (runs.length === 0) return "failed";
    const how = { repository, store, elsewhere, limits, ...where };
    const shown = await showRuns(runs.slice(0, 1), how);
    return exitOfComparison(shown, runs.length === comparison.tools.length);
  }
}

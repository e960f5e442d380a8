import type { Clock } from "@cluster/manager";
import type { LandingPlace } from "../contract/site.ts";
import { runVerify, type Verification } from "./run-verify.ts";

/** Beyond every instance: it has a folder of its own. */
const OWN_INDEX = 1_000_000;

/** The user's check of everything together. */
export interface WholeRunCheck {
  readonly command: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Runs the command where everything that landed is together and nothing else is. Edits that fit one by one
 * may not fit together.
 */
export async function verifyWholeRun(
  place: LandingPlace,
  { command, timeoutMs, signal, clock }: WholeRunCheck,
): Promise<Verification> {
  const workspace = await place.openWorkspace(OWN_INDEX);
  const attempt = { task: "verify-run", token: 0, files: [], signal };
  await workspace.reset(place.tip(), attempt);
  return runVerify({ command, files: [], cwd: workspace.path, timeoutMs, signal, clock });
}

import type { Clock } from "@cluster/manager";
import type { LandingPlace } from "../contract/site.ts";
import { runVerify, type Verification } from "./run-verify.ts";

/** Beyond every instance: each has a folder of its own. */
const OWN_PLACE = 1_000_000;

/** Where a run's first tasks are checked. */
export const CANARY_PLACE = 1_000_001;

/** The user's check of everything together. */
export interface WholeRunCheck {
  readonly command: string;
  /** @default none */
  readonly files?: readonly string[];
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
  { command, files = [], timeoutMs, signal, clock }: WholeRunCheck,
  index: number = OWN_PLACE,
): Promise<Verification> {
  const workspace = await place.openWorkspace(index);
  const attempt = { task: "verify-run", token: 0, files: [], signal };
  await workspace.reset(place.tip(), attempt);
  return runVerify({ command, files, cwd: workspace.path, timeoutMs, signal, clock });
}

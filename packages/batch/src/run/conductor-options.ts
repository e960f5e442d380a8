import type { Clock } from "@cluster/manager";
import type { Executor } from "../contract/executor.ts";
import type { LandingPlace } from "../contract/site.ts";
import type { RetryLimits } from "../schedule/decide.ts";
import type { HaltRules } from "../schedule/halting.ts";
import type { CanaryTrialOptions } from "./canary-trial.ts";
import type { LimitsOptions } from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import type { AttemptDefaults, TaskState } from "./task-state.ts";

/** What a conductor works with. */
export interface ConductorOptions {
  readonly recorder: Recorder;
  readonly executor: Executor;
  /** How many turns are taken at once, at this moment. */
  readonly turns: () => number;
  readonly branch: LandingPlace;
  /** Tasks that are to be attempted. */
  readonly tasks: readonly TaskState[];
  /** Tasks whose newest attempt has a commit that was never landed, with that commit. */
  readonly committed?: readonly { readonly state: TaskState; readonly commit: string }[];
  readonly retry: RetryLimits;
  /** A task that changes nothing has failed. */
  readonly requireChange: boolean;
  readonly limits: LimitsOptions;
  readonly halt: HaltRules;
  /** How the first tasks are tried; `null`: they are not. */
  readonly canary: CanaryTrialOptions | null;
  readonly clock: Clock;
  readonly defaults: Omit<AttemptDefaults, "base">;
}

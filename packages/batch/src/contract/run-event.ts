import type { PoolEvent } from "@cluster/manager";
import type { TaskOutcome } from "./evidence.ts";
import type { RunTally } from "./journal.ts";
import type { Outcome } from "./outcome.ts";
import type { RunReport } from "./report.ts";

/** The stages of an attempt, in their order. */
export type Stage = "lease" | "workspace" | "turn" | "evidence" | "verify" | "commit" | "landing";

/** How far a run is. `running → draining → stopping → ended`; a run that needs no stop goes straight to `ended`. */
export type RunState = "preparing" | "running" | "draining" | "stopping" | "ended";

interface At {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly run: string;
}

interface OfModel extends At {
  readonly tool: string;
  /** `null`: the tool's own. */
  readonly model: string | null;
}

interface OfAttempt extends At {
  readonly task: string;
  readonly index: number;
  /** Counts from 1; the attempt's token. */
  readonly attempt: number;
}

/** Everything that happens in a run. The progress display, the report and metrics are subscribers. */
export type RunEvent =
  | (At & {
      readonly type: "run.started";
      readonly tool: string;
      readonly tasks: number;
      readonly workers: number;
      readonly base: string;
      readonly branch: string;
      /** What an earlier process did of it; `null` for a run that begins here. */
      readonly before: RunTally | null;
    })
  | (At & { readonly type: "run.state"; readonly state: RunState; readonly reason?: string })
  /** A provider refused for quota: nothing of it is dispatched before `until` (milliseconds since the epoch). */
  | (OfModel & { readonly type: "run.paused"; readonly until: number; readonly reason: string })
  /** The wait is over: one task is to show whether the provider answers again. All others still wait. */
  | (OfModel & { readonly type: "run.probing" })
  /** The provider answers again. */
  | (OfModel & { readonly type: "run.continued" })
  /** It refused, and its tasks go on with another model. */
  | (OfModel & { readonly type: "run.switched"; readonly to: string; readonly reason: string })
  /** A tool fails whatever it is given, or is waited for no longer: others of the fleet take its tasks. */
  | (At & { readonly type: "run.tool-out"; readonly tool: string; readonly reason: string })
  /** So many turns with a model at once from now on, of so many at most. */
  | (OfModel & { readonly type: "run.concurrency"; readonly limit: number; readonly of: number })
  /** Free memory is below the floor, or above it again. */
  | (At & { readonly type: "run.memory"; readonly low: boolean; readonly freeBytes: number })
  /** The first tasks are tried: the others wait. */
  | (At & { readonly type: "run.canary"; readonly tasks: readonly string[] })
  /** The trial is over. */
  | (At & {
      readonly type: "run.canary-judged";
      readonly goesOn: boolean;
      readonly reason: string | null;
    })
  /** The user holds it back, or no longer: no turn begins meanwhile. */
  | (At & { readonly type: "run.held"; readonly held: boolean })
  /** The user wants so many turns at once from now on. */
  | (At & { readonly type: "run.scaled"; readonly workers: number })
  | (At & { readonly type: "run.ended"; readonly report: RunReport })
  /** Dispatched: it waits for an instance. */
  | (OfAttempt & {
      readonly type: "attempt.started";
      readonly files: readonly string[];
      /** The tool that makes it. Absent: of an older version. */
      readonly tool?: string;
    })
  /** `instance` is `null` in the stage `lease`, and a number from `workspace` on. */
  | (OfAttempt & {
      readonly type: "attempt.stage";
      readonly instance: number | null;
      readonly stage: Stage;
    })
  | (OfAttempt & {
      readonly type: "attempt.ended";
      readonly instance: number | null;
      readonly outcome: Outcome;
      readonly message: string | null;
      /** Another attempt follows. */
      readonly retried: boolean;
    })
  | (At & { readonly type: "task.ended"; readonly outcome: TaskOutcome })
  /** What the pool reports, with the run it belongs to. */
  | (At & {
      readonly type: "pool";
      readonly event: PoolEvent;
      /** Whose pool it is. Absent: of an older version. */
      readonly tool?: string;
    });

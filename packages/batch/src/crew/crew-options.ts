import type { AgentResult, AgentTask, FailureClass, ToolAdapter } from "@cluster/manager";

/** A tool that takes its share of tasks which name none. */
export interface FleetShare {
  /** Its instances at most; said of all tools of the fleet or of none. @default the run's workers */
  readonly workers?: number;
  /** What tasks may ask for, beside what its adapter says. */
  readonly capabilities?: readonly string[];
}

/** What follows when a tool fails in a way that another one need not. */
export interface FailOverOptions {
  /** @default `FAIL_OVER_CLASSES`: auth, quota, overload, environment */
  readonly classes?: readonly FailureClass[];
  /** Tasks that name their tool go on with another one of the fleet, too. @default false */
  readonly named?: boolean;
}

/** Whoever serves the models of some tools. */
export interface ProviderOptions {
  /** The tools that share its limits, beside those whose adapters say so. */
  readonly tools?: readonly string[];
  /** Turns at once, of all its tools together. @default Infinity */
  readonly maxTurns?: number;
}

/** Which tools do the tasks of a run. */
export interface CrewOptions {
  /** The tool that edits, such as aider. */
  readonly tool: ToolAdapter<AgentTask, AgentResult>;
  /**
   * Other tools, by the names that tasks give them. Each has instances of its own, which are started for the
   * tasks that come; no more turns are taken at once than there are workers.
   */
  readonly tools?: Readonly<Record<string, ToolAdapter<AgentTask, AgentResult>>>;
  /**
   * The tools that share what names no tool, by their names in `tools` (or that of `tool`), in the order of
   * preference: whichever has a free instance first takes the next task. @default `tool` alone
   */
  readonly fleet?: Readonly<Record<string, FleetShare>>;
  /**
   * After which failures a task goes on with another tool that may do it. It uses up no retry. `false`:
   * after none. @default {}
   */
  readonly failOver?: FailOverOptions | false;
  /** Tools with the same provider share its breaker and its turns at once. */
  readonly providers?: Readonly<Record<string, ProviderOptions>>;
}

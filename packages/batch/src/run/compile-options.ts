import { type Clock, systemClock } from "@cluster/manager";
import { PLACES, type Place } from "../contract/site.ts";
import type { TaskInput } from "../contract/task.ts";
import { defaultContext, TASK_CONTEXTS, type TaskContext } from "../contract/task-context.ts";
import { Crew } from "../crew/crew.ts";
import { type CompiledLimits, compileLimits } from "./compile-limits.ts";
import { duration, invalid, number, textOrNull, texts, whole } from "./option-checks.ts";
import type { RunOptions } from "./options.ts";

/** The options that a run itself looks at, with their defaults. */
export interface CompiledOptions extends CompiledLimits {
  readonly crew: Crew;
  readonly workers: number;
  readonly place: Place;
  readonly context: TaskContext;
  /** Attempts may be got ready beside those that take their turn, where their tasks are apart. */
  readonly prepares: boolean;
  /** How many are. */
  readonly ahead: number;
  /** Of the whole run, however many are asked for while it goes on. */
  readonly mostInstances: number;
  readonly model: string | null;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly verify: string | null;
  readonly verifyTimeoutMs: number;
  readonly verifyRun: string | null;
  readonly allowOutside: boolean;
  readonly hooks: boolean;
  readonly requireChange: boolean;
  readonly keepWorktrees: boolean;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The options as far as they do not depend on the tasks.
 * @throws {BatchError} OPTION_INVALID, naming the option, what was expected and what was found.
 */
export function compileOptions(options: Omit<RunOptions, "tasks">): CompiledOptions {
  const { tool } = options;
  if (typeof tool?.command !== "function" || typeof tool.connect !== "function") {
    throw invalid("tool", "a ToolAdapter with the functions command and connect", tool);
  }
  const crew = new Crew(options);
  const context = contextOf(options);
  return {
    ...compileLimits(options),
    crew,
    workers: whole("workers", options.workers ?? crew.workers ?? 3, 1),
    place: placeOf(options),
    context,
    prepares: crew.single && mayPrepare(context, options),
    ahead: 0,
    mostInstances: Number.POSITIVE_INFINITY,
    model: textOrNull("model", options.model),
    timeoutMs: duration("timeoutMs", options.timeoutMs ?? 600_000),
    idleTimeoutMs: duration("idleTimeoutMs", options.idleTimeoutMs ?? Number.POSITIVE_INFINITY),
    startTimeoutMs: duration("startTimeoutMs", options.startTimeoutMs ?? 60_000),
    retries: whole("retries", options.retries ?? 1, 0),
    retryDelayMs: number("retryDelayMs", options.retryDelayMs ?? 1_000, 0),
    verify: textOrNull("verify", options.verify),
    verifyTimeoutMs: duration("verifyTimeoutMs", options.verifyTimeoutMs ?? 300_000),
    verifyRun: textOrNull("verifyRun", options.verifyRun),
    allowOutside: options.allowOutside ?? false,
    hooks: options.hooks ?? false,
    requireChange: options.requireChange ?? false,
    keepWorktrees: options.keepWorktrees ?? false,
    secrets: texts("secrets", options.secrets ?? []),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** No more workers than tasks, and as many attempts ahead as these allow. */
export function fitToTasks(
  compiled: CompiledOptions,
  tasks: readonly Pick<TaskInput, "files">[],
): CompiledOptions {
  const { crew, workers: wanted, prepares } = compiled;
  const most = Math.max(1, tasks.length);
  // Those of a fleet are the tools' own: which of them the tasks need, is not known here.
  const workers = crew.workers === null || crew.single ? Math.min(wanted, most) : wanted;
  const ahead = prepares && areApart(tasks) ? Math.ceil(workers / 4) : 0;
  return { ...compiled, workers, ahead: Math.min(ahead, Math.max(0, most - workers)) };
}

function contextOf({ context, tool }: Pick<RunOptions, "context" | "tool">): TaskContext {
  if (context === undefined) return defaultContext(tool);
  if (TASK_CONTEXTS.includes(context)) return context;
  throw invalid("context", `one of ${TASK_CONTEXTS.join(", ")}`, context);
}

function placeOf({
  place,
  repository,
  allowOutside,
  keepWorktrees,
}: Omit<RunOptions, "tasks">): Place {
  const opened = typeof repository === "string" ? undefined : repository.place;
  if (place !== undefined && (!PLACES.includes(place) || (opened ?? place) !== place)) {
    throw invalid("place", opened ?? `one of ${PLACES.join(", ")}`, place);
  }
  const wanted = opened ?? place ?? "worktrees";
  if (wanted === "in-place" && allowOutside === true) {
    throw invalid("allowOutside", "false in place, where such changes stay anyway", true);
  }
  if (wanted === "in-place" && keepWorktrees === true) {
    throw invalid("keepWorktrees", "false in place, where there are none", true);
  }
  return wanted;
}

/**
 * Attempts are worth having ready where their processes cost next to nothing. One that is prepared ahead works
 * on what had landed then: none is where tasks may change the same file.
 */
function mayPrepare(context: TaskContext, options: Omit<RunOptions, "tasks">): boolean {
  const { tool, allowOutside = false } = options;
  const cheap = context === "fresh" && tool.capabilities?.quickStart === true;
  // In place an attempt that is ready would keep its files from others that take their turn.
  return cheap && !allowOutside && placeOf(options) !== "in-place";
}

/** Whether each file is one task's only. */
function areApart(tasks: readonly Pick<TaskInput, "files">[]): boolean {
  const files = tasks.flatMap((task) => task.files);
  return tasks.every((task) => task.files.length > 0) && new Set(files).size === files.length;
}

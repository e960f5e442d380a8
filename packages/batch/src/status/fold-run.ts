import type { PoolEvent } from "@cluster/manager";
import type { RunTally } from "../contract/journal.ts";
import type { RunEvent } from "../contract/run-event.ts";
import { addSpending } from "../report/spending.ts";
import { addToTools } from "../report/tool-reports.ts";
import { foldLimits } from "./fold-limits.ts";
import type { AttemptActivity, InstanceActivity, RunStatus } from "./run-status.ts";

/** The status after an event: pure, so that every display folds the same. */
export function foldRun(status: RunStatus, event: RunEvent): RunStatus {
  switch (event.type) {
    case "run.started":
      return {
        ...status,
        run: event.run,
        tool: event.tool,
        // A run may be told to stop before it begins.
        state: status.state === "preparing" ? "running" : status.state,
        base: event.base,
        branch: event.branch,
        workers: event.workers,
        startedAt: event.at,
        total: event.tasks,
        queued: event.tasks,
        ...(event.before === null ? {} : before(event.before, event.tasks)),
      };
    case "run.state":
      return { ...status, state: event.state, stateReason: event.reason ?? status.stateReason };
    case "run.held":
      return { ...status, held: event.held };
    case "run.scaled":
      return { ...status, workers: event.workers };
    case "run.paused":
    case "run.probing":
    case "run.continued":
    case "run.switched":
    case "run.concurrency":
    case "run.memory":
    case "run.canary":
    case "run.canary-judged":
      return foldLimits(status, event);
    case "run.ended":
      return {
        ...status,
        state: "ended",
        endedAt: event.at,
        pausedUntil: null,
        refusing: [],
        canary: false,
      };
    case "attempt.started":
      return {
        ...status,
        queued: status.queued - 1,
        running: status.running + 1,
        attempts: [
          ...status.attempts,
          {
            task: event.task,
            tool: event.tool ?? null,
            attempt: event.attempt,
            files: event.files,
            instance: null,
            stage: "lease",
            since: event.at,
          },
        ],
      };
    case "attempt.stage":
      return foldStage(status, event);
    case "attempt.ended":
      return {
        ...status,
        running: status.running - 1,
        queued: status.queued + 1,
        retries: status.retries + (event.retried ? 1 : 0),
        attempts: status.attempts.filter((attempt) => attempt.task !== event.task),
        instances: status.instances.map((instance) => free(instance, event.task, event.at)),
      };
    case "task.ended": {
      const { outcome } = event.outcome;
      return {
        ...status,
        ...addSpending(status, event.outcome.spent),
        queued: status.queued - 1,
        ended: status.ended + 1,
        counts: { ...status.counts, [outcome]: status.counts[outcome] + 1 },
        byTool: addToTools(status.byTool, event.outcome),
      };
    }
    case "run.tool-out":
      return { ...status, toolsOut: [...new Set([...status.toolsOut, event.tool])] };
    case "pool":
      return foldPool(status, event.event, event.tool ?? null);
  }
}

/** What an earlier process did counts as if it had happened here. */
function before({ counts, spent }: RunTally, tasks: number): Partial<RunStatus> {
  const ended = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...spent, counts, before: counts, ended, queued: tasks - ended };
}

function foldStage(
  status: RunStatus,
  event: Extract<RunEvent, { type: "attempt.stage" }>,
): RunStatus {
  const { task, stage, instance, at } = event;
  const attempts = status.attempts.map(
    (attempt): AttemptActivity =>
      attempt.task === task ? { ...attempt, stage, instance, since: at } : attempt,
  );
  // A commit that waits for its landing holds no instance.
  if (stage === "landing" || instance === null) {
    const instances = status.instances.map((activity) => free(activity, task, at));
    return { ...status, attempts, instances };
  }
  const attempt = attempts.find((one) => one.task === task);
  const { files = [], tool = null } = attempt ?? {};
  const known = status.instances.find((activity) => activity.instance === instance);
  const state = known?.state ?? "ready";
  return {
    ...status,
    firstAttemptAt: status.firstAttemptAt ?? at,
    attempts,
    instances: place(status.instances, { instance, tool, state, task, files, stage, since: at }),
  };
}

function foldPool(status: RunStatus, event: PoolEvent, tool: string | null): RunStatus {
  if (event.type !== "instance.state") return status;
  const known = status.instances.find((activity) => activity.instance === event.instance);
  const idle: InstanceActivity = {
    instance: event.instance,
    tool,
    state: event.state,
    task: null,
    files: [],
    stage: null,
    since: event.at,
  };
  const now = known === undefined || known.task === null ? idle : { ...known, state: event.state };
  return { ...status, instances: place(status.instances, now) };
}

function place(
  all: readonly InstanceActivity[],
  activity: InstanceActivity,
): readonly InstanceActivity[] {
  const others = all.filter(({ instance }) => instance !== activity.instance);
  return [...others, activity].sort((a, b) => a.instance - b.instance);
}

function free(activity: InstanceActivity, task: string, at: number): InstanceActivity {
  if (activity.task !== task) return activity;
  return { ...activity, task: null, files: [], stage: null, since: at };
}

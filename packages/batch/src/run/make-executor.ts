import { InstanceNumbers } from "../attempt/instance-numbers.ts";
import { LocalExecutor } from "../attempt/local-executor.ts";
import { ToolExecutors } from "../attempt/tool-executors.ts";
import { inWorkspaces } from "../attempt/workspace-adapter.ts";
import type { Executor } from "../contract/executor.ts";
import { defaultContext } from "../contract/task-context.ts";
import type { BeginOptions, RunParts } from "./begin-run.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { PlannedWork } from "./planned-work.ts";
import { type GivenTools, type ToolShare, toolOf, toolShares } from "./tools-of.ts";
import { transcriptsOf } from "./transcripts.ts";

/** How many worktrees so many instances at once come to: each tool that tasks name has its own. */
export function worktreesFor(work: PlannedWork, given: GivenTools): (instances: number) => number {
  const shares = sharesOf(work, given);
  if (shares.length === 1) return (instances) => instances;
  return (instances) => shares.reduce((sum, { tasks }) => sum + Math.min(instances, tasks), 0);
}

function sharesOf({ open, committed }: PlannedWork, given: GivenTools): readonly ToolShare[] {
  const states = [...open, ...committed.map(({ state }) => state)];
  return toolShares(
    states.map(({ task }) => task),
    given,
  );
}

/** What makes the attempts of a run: one executor, or one for each tool that its tasks name. */
export function makeExecutor(
  options: BeginOptions,
  compiled: CompiledOptions,
  parts: RunParts,
): Executor {
  const shares = sharesOf(parts.work, options);
  const workers = compiled.workers + compiled.ahead;
  const [only] = shares;
  if (only !== undefined && shares.length === 1) {
    return localExecutor(options, compiled, parts, { share: only, workers });
  }
  const members = shares.map((share, i) => ({
    takes: (tool: string) => toolOf(tool, options) === share.tool,
    tasks: share.tasks,
    executor: localExecutor(options, compiled, parts, {
      share,
      workers: Math.min(workers, share.tasks),
      numbers: new InstanceNumbers(i, shares.length),
      transcripts: share.name,
    }),
  }));
  return new ToolExecutors(members, workers);
}

interface Place {
  readonly share: ToolShare;
  readonly workers: number;
  readonly numbers?: InstanceNumbers;
  /** Beside other tools: the folder within that of the transcripts. */
  readonly transcripts?: string;
}

function localExecutor(
  options: BeginOptions,
  compiled: CompiledOptions,
  { repository, branch, recorder, folder }: RunParts,
  { share, workers, numbers, transcripts: below }: Place,
): LocalExecutor {
  const transcripts = transcriptsOf(options.transcripts, folder, below);
  const { onQuestion } = options;
  const { tool } = share;
  return new LocalExecutor({
    branch,
    workers,
    context: tool === options.tool ? compiled.context : (options.context ?? defaultContext(tool)),
    clock: compiled.clock,
    folder,
    ...(numbers === undefined ? {} : { numbers }),
    pool: {
      adapter: inWorkspaces(tool, repository),
      startTimeoutMs: compiled.startTimeoutMs,
      turnTimeoutMs: compiled.timeoutMs,
      idleTimeoutMs: compiled.idleTimeoutMs,
      secrets: compiled.secrets,
      ...(transcripts === undefined ? {} : { transcripts }),
      ...(onQuestion === undefined ? {} : { onQuestion }),
    },
    onPoolEvent: (event) => recorder.publish({ type: "pool", event }),
  });
}

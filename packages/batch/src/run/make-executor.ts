import { InstanceNumbers } from "../attempt/instance-numbers.ts";
import { LocalExecutor } from "../attempt/local-executor.ts";
import { ToolExecutors } from "../attempt/tool-executors.ts";
import { inWorkspaces } from "../attempt/workspace-adapter.ts";
import type { Executor } from "../contract/executor.ts";
import { defaultContext } from "../contract/task-context.ts";
import type { Crew, CrewTool } from "../crew/crew.ts";
import type { BeginOptions, RunParts } from "./begin-run.ts";
import type { CompiledOptions } from "./compile-options.ts";
import type { PlannedWork } from "./planned-work.ts";
import { transcriptsOf } from "./transcripts.ts";

/** One tool of a run, and how many of its tasks it may be given. */
interface ToolShare {
  readonly member: CrewTool;
  readonly tasks: number;
}

/** How many worktrees so many instances at once come to: each tool that may be given tasks has its own. */
export function worktreesFor(work: PlannedWork, crew: Crew): (instances: number) => number {
  const shares = sharesOf(work, crew);
  if (shares.length === 1) return (instances) => instances;
  return (instances) =>
    shares.reduce(
      (sum, { member, tasks }) => sum + Math.min(crew.limit(member.name, instances), tasks),
      0,
    );
}

/** Tools without tasks are none of the run, unless there is no other. */
function sharesOf({ open, committed }: PlannedWork, crew: Crew): readonly ToolShare[] {
  const counts = new Map<string, number>();
  for (const { task } of [...open, ...committed.map(({ state }) => state)]) {
    for (const name of crew.candidates(task.tool).names) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const shares = crew.tools.flatMap((member): ToolShare[] => {
    const tasks = counts.get(member.name);
    return tasks === undefined ? [] : [{ member, tasks }];
  });
  return shares.length > 0 ? shares : [{ member: crew.tools[0] as CrewTool, tasks: 0 }];
}

/** What makes the attempts of a run: one executor, or one for each tool that its tasks may be given to. */
export function makeExecutor(
  options: BeginOptions,
  compiled: CompiledOptions,
  parts: RunParts,
): Executor {
  const { crew } = compiled;
  const shares = sharesOf(parts.work, crew);
  const workers = compiled.workers + compiled.ahead;
  const [only] = shares;
  if (only !== undefined && shares.length === 1) {
    return localExecutor(options, compiled, parts, {
      share: only,
      workers: crew.single ? workers : crew.limit(only.member.name, workers),
      lazy: !crew.single,
    });
  }
  const members = shares.map((share, i) => {
    const { name } = share.member;
    const instances = (all: number): number => Math.min(crew.limit(name, all), share.tasks);
    return {
      takes: (tool: string) => tool === name,
      instances,
      executor: localExecutor(options, compiled, parts, {
        share,
        workers: instances(workers),
        lazy: true,
        numbers: new InstanceNumbers(i, shares.length),
        transcripts: name,
      }),
    };
  });
  return new ToolExecutors(members, workers);
}

interface Place {
  readonly share: ToolShare;
  readonly workers: number;
  /** Each instance is started for a task. */
  readonly lazy: boolean;
  readonly numbers?: InstanceNumbers;
  /** Beside other tools: the folder within that of the transcripts. */
  readonly transcripts?: string;
}

function localExecutor(
  options: BeginOptions,
  compiled: CompiledOptions,
  { repository, branch, recorder, folder }: RunParts,
  { share, workers, lazy, numbers, transcripts: below }: Place,
): LocalExecutor {
  const transcripts = transcriptsOf(options.transcripts, folder, below);
  const { onQuestion } = options;
  const { tool: warm, name } = share.member;
  // Nothing is kept warm for a task that comes alone.
  const solo = share.tasks === 1 ? warm.oneShot?.() : undefined;
  const alone = share.tasks === 1 && (lazy || solo !== undefined);
  const tool = solo ?? warm;
  return new LocalExecutor({
    branch,
    workers,
    alone,
    context: warm === options.tool ? compiled.context : (options.context ?? defaultContext(tool)),
    clock: compiled.clock,
    folder,
    ...(numbers === undefined ? {} : { numbers }),
    pool: {
      adapter: inWorkspaces(tool, repository),
      start: lazy ? "lazy" : "eager",
      startTimeoutMs: compiled.startTimeoutMs,
      turnTimeoutMs: compiled.timeoutMs,
      idleTimeoutMs: compiled.idleTimeoutMs,
      secrets: compiled.secrets,
      ...(transcripts === undefined ? {} : { transcripts }),
      ...(onQuestion === undefined ? {} : { onQuestion }),
    },
    onPoolEvent: (event) => recorder.publish({ type: "pool", event, tool: name }),
  });
}

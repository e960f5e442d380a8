import type { Price, TaskContext } from "@cluster/batch";
import type { ToolEntry } from "../tools/tool-entry.ts";

/**
 * What `cluster.config.{ts,mts,js,mjs,json,yaml,yml}` may say. A flag wins over the project's file,
 * the project's file over the user's own. Paths are relative to the file that names them.
 */
export interface ClusterConfig {
  /** How many instances work at once. @default 5 */
  readonly workers?: number | undefined;
  /**
   * What a task knows of those before it on the same instance: nothing, in a process of its own
   * (`fresh`), nothing, since the process is told to forget (`reset`), or everything (`conversation`).
   * @default "fresh" for tools that start quickly, as aider does on Linux, otherwise "reset"
   */
  readonly context?: TaskContext | undefined;
  /**
   * The tool's name: `aider`, or a key of `tools`. Several share the tasks: `aider,gemini`, or with their
   * instances `aider:3,gemini:2`. @default "aider"
   */
  readonly tool?: string | undefined;
  /**
   * After which failures a task goes on with another of several tools, also one that names its tool: `true`
   * for the usual ones, or their names (`auth,quota`). `false`: after none.
   * @default the usual ones, for tasks that name no tool
   */
  readonly failOver?: boolean | string | undefined;
  /** What tools can do, by their names, for tasks that ask for that. */
  readonly capabilities?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Providers that several tools share, and how many turns they take at once. */
  readonly providers?:
    | Readonly<
        Record<
          string,
          { readonly tools?: readonly string[] | undefined; readonly turns?: number | undefined }
        >
      >
    | undefined;
  /** @default the tool's own */
  readonly model?: string | undefined;
  /** What models cost, by name; `*` for all others. @default nothing is known */
  readonly prices?: Readonly<Record<string, Price>> | undefined;
  /** Files that give context and are not edited. */
  readonly read?: readonly string[] | undefined;
  /** Which files make a task: `file`, `folder`, or `chunk=N`. @default "file" */
  readonly per?: string | undefined;
  /** One turn at most: `90s`, `5m`, or a number of seconds. @default "10m" */
  readonly timeout?: string | number | undefined;
  /** Silence within a turn at most. @default none */
  readonly idleTimeout?: string | number | undefined;
  /** From the start of a tool to its first turn at most; it has two tries. @default "2m" */
  readonly startTimeout?: string | number | undefined;
  /** Further attempts at a task that failed. @default 1 */
  readonly retries?: number | undefined;
  /** A command that must succeed in the workspace before an edit lands. */
  readonly verify?: string | undefined;
  /** A command that makes each new worktree fit for work, such as `npm ci`. */
  readonly setup?: string | undefined;
  /** That command at most: `90s`, `5m`, or a number of seconds. @default "10m" */
  readonly setupTimeout?: string | number | undefined;
  readonly verifyRun?: string | undefined;
  /** What all worktrees may take on the disk: `10GB`, or bytes. @default no ceiling */
  readonly maxDisk?: string | number | undefined;
  /**
   * Where what landed is wanted: `merge`, `squash` or `rebase` into the checked-out branch, `branch` for
   * the run's own, `patches` or `patches=FOLDER` for files. @default "merge"
   */
  readonly land?: string | undefined;
  /** Land changes outside a task's files too. @default false */
  readonly allowOutside?: boolean | undefined;
  readonly hooks?: boolean | undefined;
  readonly durable?: "process" | "power" | undefined;
  /** Work in the folder itself, with a backup of each file, instead of worktrees. @default false */
  readonly inPlace?: boolean | undefined;
  /** A task that changes nothing has failed. @default false */
  readonly requireChange?: boolean | undefined;
  /** When the provider refuses for quota: `wait`, `pause` or `switch=MODEL`. @default "wait" */
  readonly onQuota?: string | undefined;
  /** The longest single wait for its quota. @default "15m" */
  readonly maxQuotaWait?: string | number | undefined;
  /** US dollars at most; needs a price. @default none */
  readonly maxCost?: string | number | undefined;
  /** Tokens at most, in and out together: `200k`, `1.5M`. @default none */
  readonly maxTokens?: string | number | undefined;
  /** Nothing more begins after that. @default none */
  readonly maxTime?: string | number | undefined;
  /** What one attempt costs at most. @default 1.5 times the dearest so far */
  readonly reserveCost?: string | number | undefined;
  /** What one attempt takes at most, in tokens. @default 1.5 times the largest so far */
  readonly reserveTokens?: string | number | undefined;
  /** So many tasks are tried first. @default all at once */
  readonly canary?: number | undefined;
  /** A command that must succeed on what they landed. */
  readonly canaryVerify?: string | undefined;
  /** The run gives up after so many failures: `20`, `10%`, `same=5`, or several of them. @default none */
  readonly halt?: string | number | undefined;
  /** With less free memory, one turn is taken at a time. @default none */
  readonly minFreeMemory?: string | number | undefined;
  /** A refused edit is tried again, and the model told why it was refused. @default false */
  readonly tellFailure?: boolean | undefined;
  /** Raw arguments for the tool, like those after `--`. */
  readonly toolArguments?: readonly string[] | undefined;
  /** Tools of your own, by the name that `--tool` takes. */
  readonly tools?: Readonly<Record<string, ToolEntry>> | undefined;
}

/** Gives an editor the types of a configuration; returns it as it is. */
export function defineConfig(config: ClusterConfig): ClusterConfig {
  return config;
}

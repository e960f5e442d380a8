import type { RunRecord } from "@cluster/batch";
import type { RunFlags } from "../command/run-flags.ts";
import type { ClusterConfig } from "../config/config.ts";

/** What tells the settings of the command line from those of other programs. */
export const KIND = "cluster run";

/** Several tools that do the same tasks, each in a run of its own. */
export interface StoredComparison {
  readonly id: string;
  /** All of them, in their order, whether they have begun or not. */
  readonly tools: readonly string[];
  /** Which of all the tasks, for people; `null` for all of them. */
  readonly which: string | null;
}

/** What a run was begun with on the command line, so that `cluster resume` needs no flags. */
export interface StoredSettings {
  /** The folder that paths are relative to, absolute. */
  readonly cwd: string;
  readonly globs: readonly string[];
  /** Those that a resumed run has too. */
  readonly flags: RunFlags;
  /** What the configuration said then; the tools aside, which are code. */
  readonly config: ClusterConfig;
  /** `--config`, absolute. */
  readonly configFile: string | null;
  /** `null` where each task has a prompt of its own. */
  readonly message: string | null;
  /** Those that tasks name. */
  readonly tools: readonly string[];
  /** What followed `--`. */
  readonly raw: readonly string[];
  /** Absent: it stands for itself. */
  readonly comparison?: StoredComparison;
}

/** What a run was begun with; `null` when another program began it. */
export function fromStored({ settings }: Pick<RunRecord, "settings">): StoredSettings | null {
  if (typeof settings !== "object" || settings === null) return null;
  return (settings as { kind?: unknown }).kind === KIND ? (settings as StoredSettings) : null;
}

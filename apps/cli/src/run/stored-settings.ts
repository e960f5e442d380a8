import { type RunRecord, redactor } from "@cluster/batch";
import type { RunFlags } from "../command/run-flags.ts";
import type { ClusterConfig } from "../config/config.ts";
import { usageError } from "../exit/cli-error.ts";
import { secretsOf } from "./secrets.ts";

/** What a secret is stored as: it is asked for again, and lies nowhere. */
const REDACTED = "[redacted]";
const KIND = "cluster run";

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
}

/** Of one command only, or stored elsewhere. */
const NOT_STORED: ReadonlySet<keyof RunFlags> = new Set([
  "message",
  "messageFile",
  "dryRun",
  "report",
  "json",
  "quiet",
  "cwd",
  "config",
] satisfies (keyof RunFlags)[]);

/** Raw arguments as they are kept. */
export function withoutSecrets(args: readonly string[]): string[] {
  return args.map(redactor(secretsOf({}, args)));
}

/** What is kept with a run, as JSON. No key of its arguments is among it. */
export function toStored(settings: StoredSettings): unknown {
  const { flags, config, raw, ...rest } = settings;
  const { tools: _, toolArguments, ...plain } = config;
  return {
    kind: KIND,
    ...rest,
    flags: Object.fromEntries(
      Object.entries(flags).filter(([name]) => !NOT_STORED.has(name as keyof RunFlags)),
    ),
    config: {
      ...plain,
      ...(toolArguments === undefined ? {} : { toolArguments: withoutSecrets(toolArguments) }),
    },
    raw: withoutSecrets(raw),
  };
}

/** What a run was begun with; `null` when another program began it. */
export function fromStored({ settings }: Pick<RunRecord, "settings">): StoredSettings | null {
  if (typeof settings !== "object" || settings === null) return null;
  return (settings as { kind?: unknown }).kind === KIND ? (settings as StoredSettings) : null;
}

/** @throws {CliError} usage, when what is left of the arguments is not what they were */
export function requireWhole(args: readonly string[], run: string): void {
  if (!args.some((arg) => arg.includes(REDACTED))) return;
  throw usageError(
    `Run ${run} was begun with a key among its raw arguments, which is kept nowhere.`,
    `Give all of them again: cluster resume ${run} -- ${args.join(" ")}`,
  );
}

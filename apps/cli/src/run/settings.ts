import { resolve } from "node:path";
import type {
  DeliveryChoice,
  FailOverOptions,
  Per,
  Place,
  Price,
  ProviderOptions,
  TaskContext,
} from "@cluster/batch";
import type { RunFlags } from "../command/run-flags.ts";
import type { ClusterConfig } from "../config/config.ts";
import { crewTitle, readCrew, type ToolCount, workersOf } from "../config/crew.ts";
import { durationMs } from "../config/duration.ts";
import { failOverOf } from "../config/fail-over.ts";
import { anchorLand, landOf } from "../config/land.ts";
import { perOf } from "../config/per.ts";
import { sizeBytes } from "../config/size.ts";
import { usageError } from "../exit/cli-error.ts";
import { DEFAULT_TOOL } from "../tools/resolve-tool.ts";

import { type LimitSettings, limitSettings } from "./limit-settings.ts";

/** What a run is told, defaults filled in. Times are in milliseconds, paths absolute. */
export interface RunSettings {
  readonly workers: number;
  /** Absent: as fits the tool. */
  readonly context: TaskContext | undefined;
  /** The tools of the run; the first one is its own. */
  readonly crew: readonly ToolCount[];
  /** Their names. */
  readonly tool: string;
  /** Absent: as the run does by itself. */
  readonly failOver: FailOverOptions | false | undefined;
  readonly providers: Readonly<Record<string, ProviderOptions>> | undefined;
  readonly model: string | undefined;
  /** By the model's name; `*` for all others. */
  readonly prices: Readonly<Record<string, Price>>;
  readonly read: readonly string[];
  readonly per: Per;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly retries: number;
  readonly verify: string | undefined;
  readonly setup: string | undefined;
  readonly setupTimeoutMs: number;
  readonly verifyRun: string | undefined;
  readonly maxDiskBytes: number | undefined;
  readonly land: DeliveryChoice | undefined;
  readonly allowOutside: boolean;
  readonly hooks: boolean;
  readonly durable: "process" | "power";
  readonly place: Place;
  readonly requireChange: boolean;
  readonly limits: LimitSettings;
  readonly toolArguments: readonly string[];
}

/** An agent imports for seconds, and several of them share few processors. */
const DEFAULT_START_TIMEOUT_MS = 120_000;

function configured(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : durationMs(value);
}

function landing(flags: RunFlags, config: ClusterConfig, cwd: string): DeliveryChoice | undefined {
  if (flags.land !== undefined) return anchorLand(flags.land, cwd);
  return config.land === undefined ? undefined : landOf(config.land);
}

/**
 * Flags win over the configuration, and that over the defaults.
 * @throws {CliError} usage, when they contradict each other
 */
export function runSettings(
  flags: RunFlags,
  config: ClusterConfig,
  raw: readonly string[],
  cwd: string,
): RunSettings {
  const settings = filledIn(flags, config, raw, cwd);
  if (settings.place === "in-place" && settings.allowOutside) {
    throw usageError(
      "--in-place and --allow-outside are both set.",
      "In place, what changes outside of a task's files stays as it is anyway.",
    );
  }
  if (settings.place === "in-place" && settings.setup !== undefined) {
    throw usageError("--in-place and --setup are both set.", "In place, no worktree is made.");
  }
  if (settings.place === "in-place" && settings.land !== undefined) {
    throw usageError(
      "--in-place and --land are both set.",
      "In place, edits are where they belong.",
    );
  }
  return settings;
}

/** @throws {CliError} usage */
function crewSettings(flags: RunFlags, config: ClusterConfig): readonly ToolCount[] {
  const text = flags.tool ?? config.tool ?? DEFAULT_TOOL;
  const crew = readCrew(text);
  if (typeof crew === "string") throw usageError(`--tool ${text}: ${crew}.`);
  if (flags.workers !== undefined && workersOf(crew) !== null) {
    throw usageError(
      `-w ${flags.workers} and the instances of --tool ${text} are both given.`,
      "Say how many in one of them.",
    );
  }
  return crew;
}

/** @throws {CliError} usage */
function modelOf(
  flags: RunFlags,
  config: ClusterConfig,
  crew: readonly ToolCount[],
): string | undefined {
  const model = flags.model ?? config.model;
  if (model !== undefined && crew.length > 1) refuseSharedModel(model, crewTitle(crew));
  return model;
}

/**
 * Tools name models differently, and few can use those of another.
 * @throws {CliError} usage, always
 */
export function refuseSharedModel(model: string, tools: string): never {
  throw usageError(
    `The model ${model} is for one tool, and there are several: ${tools}.`,
    'Give each its own in the configuration, as in tools: { aider: { use: "aider", model: "…" } }.',
  );
}

function providersOf({ providers }: ClusterConfig): RunSettings["providers"] {
  if (providers === undefined) return undefined;
  const all = Object.entries(providers).map(([name, { tools, turns }]) => [
    name,
    {
      ...(tools === undefined ? {} : { tools }),
      ...(turns === undefined ? {} : { maxTurns: turns }),
    },
  ]);
  return Object.fromEntries(all);
}

function filledIn(
  flags: RunFlags,
  config: ClusterConfig,
  raw: readonly string[],
  cwd: string,
): RunSettings {
  const prices = { ...config.prices, ...flags.price };
  const crew = crewSettings(flags, config);
  const failOver = flags.failOver ?? config.failOver;
  return {
    crew,
    failOver: failOver === undefined ? undefined : failOverOf(failOver),
    providers: providersOf(config),
    limits: limitSettings(flags, config, prices),
    workers: workersOf(crew) ?? flags.workers ?? config.workers ?? 5,
    context: flags.context ?? config.context,
    tool: crewTitle(crew),
    model: modelOf(flags, config, crew),
    prices,
    read: flags.read?.map((path) => resolve(cwd, path)) ?? config.read ?? [],
    per: flags.per ?? (config.per === undefined ? undefined : perOf(config.per)) ?? "file",
    timeoutMs: flags.timeout ?? configured(config.timeout) ?? 600_000,
    idleTimeoutMs: flags.idleTimeout ?? configured(config.idleTimeout) ?? Number.POSITIVE_INFINITY,
    startTimeoutMs:
      flags.startTimeout ?? configured(config.startTimeout) ?? DEFAULT_START_TIMEOUT_MS,
    retries: flags.retries ?? config.retries ?? 1,
    verify: flags.verify ?? config.verify,
    setup: flags.setup ?? config.setup,
    setupTimeoutMs: flags.setupTimeout ?? configured(config.setupTimeout) ?? 600_000,
    verifyRun: flags.verifyRun ?? config.verifyRun,
    maxDiskBytes: flags.maxDisk ?? sizeBytes(config.maxDisk ?? ""),
    land: landing(flags, config, cwd),
    allowOutside: flags.allowOutside ?? config.allowOutside ?? false,
    hooks: flags.hooks ?? config.hooks ?? false,
    durable: flags.durable ?? config.durable ?? "process",
    place: (flags.inPlace ?? config.inPlace) ? "in-place" : "worktrees",
    requireChange: flags.requireChange ?? config.requireChange ?? false,
    toolArguments: raw.length > 0 ? raw : (config.toolArguments ?? []),
  };
}

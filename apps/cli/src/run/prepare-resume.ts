import { resolve } from "node:path";
import type { ResumeOptions, RunRecord } from "@cluster/batch";
import { folderElsewhere } from "../command/command-to-copy.ts";
import type { ResumeFlags } from "../command/resume-command.ts";
import type { RunFlags } from "../command/run-flags.ts";
import { workingFolder } from "../command/working-folder.ts";
import type { ClusterConfig } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { usageError } from "../exit/cli-error.ts";
import { resolveCrew } from "../tools/resolve-crew.ts";
import { requireTools } from "../tools/resolve-tool.ts";
import { resolveTools } from "../tools/resolve-tools.ts";
import { fromStored, type StoredSettings } from "./from-stored.ts";
import { planTasks } from "./plan-tasks.ts";
import { runOptions } from "./run-options.ts";
import { type RunSettings, runSettings } from "./settings.ts";
import { requireWhole } from "./stored-settings.ts";
import { taskSource } from "./task-source.ts";

/** A run as it is to go on. */
export interface ResumedRun {
  readonly settings: RunSettings;
  /** The name of its own tool. */
  readonly crew: string;
  readonly options: Omit<ResumeOptions, "repository" | "run">;
  readonly warnings: readonly string[];
  readonly flags: RunFlags;
  readonly config: ClusterConfig;
}

/** @throws {CliError} usage, for a run that another program began */
export function requireStored(record: RunRecord): StoredSettings {
  const stored = fromStored(record);
  if (stored !== null) return stored;
  throw usageError(
    `Run ${record.run} was not begun by cluster run, so its tool and settings are not known here.`,
    "Go on with it in the program that began it: resumeRun({ run, … }).",
  );
}

/** What it was begun with, and what is said otherwise now. */
export async function prepareResume(
  { run }: RunRecord,
  stored: StoredSettings,
  given: ResumeFlags,
  raw: readonly string[],
): Promise<ResumedRun> {
  const { cwd } = stored;
  const here = workingFolder(given.cwd);
  const file = given.config === undefined ? stored.configFile : resolve(here, given.config);
  const { config: present } = await loadConfig({ cwd, file: file ?? undefined });
  const config: ClusterConfig = { ...stored.config, tools: present.tools };
  const flags: RunFlags = {
    ...withoutJudge(stored.flags, given),
    ...given,
    ...(given.read && { read: given.read.map((path) => resolve(here, path)) }),
  };
  await requireTools(given.tool, { config, cwd });
  const settings = runSettings(flags, config, raw.length > 0 ? raw : stored.raw, cwd);
  const { model, toolArguments: args } = settings;
  requireWhole(args, run, folderElsewhere(given.cwd));
  const crew = await resolveCrew(settings.crew, config, { args, model, cwd });
  const planned =
    given.fromInputs === true ? await planAnew(stored, flags, settings, crew.words) : null;
  const named = [...stored.tools.map((tool) => ({ tool })), ...(planned?.tasks ?? [])];
  const tools = await resolveTools(crew, named, config, { model, cwd });
  return {
    settings,
    crew: crew.name,
    options: { ...runOptions(settings, crew, tools), ...(planned && { tasks: planned.tasks }) },
    warnings: planned?.warnings ?? [],
    flags,
    config,
  };
}

/** Who decides on the first tasks is one: whoever is named now takes the place of the other. */
function withoutJudge(stored: RunFlags, given: RunFlags): RunFlags {
  const { canaryAsk, canaryVerify, ...others } = stored;
  return {
    ...others,
    ...(canaryAsk !== undefined && given.canaryVerify === undefined && { canaryAsk }),
    ...(canaryVerify !== undefined && given.canaryAsk !== true && { canaryVerify }),
  };
}

/** `--from-inputs`: what the globs and lists say now, with the message that the run was begun with. */
async function planAnew(
  { cwd, globs, message }: StoredSettings,
  flags: RunFlags,
  settings: RunSettings,
  tools: readonly string[],
): ReturnType<typeof planTasks> {
  const source = taskSource(globs, flags, settings.per);
  return await planTasks({ ...settings, cwd, source, message: message ?? undefined, tools });
}

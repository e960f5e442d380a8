import { resolve } from "node:path";
import { startRun } from "@cluster/batch";
import type { RunFlags } from "../command/run-flags.ts";
import { workingFolder } from "../command/working-folder.ts";
import type { ClusterConfig } from "../config/config.ts";
import { crewOf, crewTitle } from "../config/crew.ts";
import { loadConfig } from "../config/load-config.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { createProgress, progressStyle } from "../progress/progress.ts";
import { conductRun } from "../run/conduct-run.ts";
import { planTasks } from "../run/plan-tasks.ts";
import { readMessage } from "../run/read-message.ts";
import { requireTool } from "../run/require-tool.ts";
import { runOptions } from "../run/run-options.ts";
import { type RunSettings, refuseSharedModel, runSettings } from "../run/settings.ts";
import { toStored } from "../run/stored-settings.ts";
import { taskSource } from "../run/task-source.ts";
import { type ResolvedCrew, resolveCrew } from "../tools/resolve-crew.ts";
import { type Comparable, compareRuns } from "./comparison.ts";
import { sampleTasks } from "./sample-tasks.ts";
import { comparisonFiles, writeComparison } from "./write-comparison.ts";

/** One of the tools that are compared, with what its run is told. */
interface Contender {
  readonly flags: RunFlags;
  readonly settings: RunSettings;
  readonly crew: ResolvedCrew;
}

/** `cluster run --compare A,B`: the same tasks by each tool, in a run of its own that stays on its branch. */
export async function compareTools(
  globs: readonly string[],
  given: RunFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const cwd = workingFolder(given.cwd);
  const { compare = "", sample: wanted, ...flags } = given;
  const files = comparisonFiles(flags.report ?? [], cwd);
  const { config } = await loadConfig({ cwd, file: flags.config });
  const names = toolsToCompare(compare, given, config, raw);
  const contenders: Contender[] = [];
  for (const name of names) contenders.push(await contender(name, flags, config, cwd));
  const [first] = contenders as [Contender, ...Contender[]];
  const source = taskSource(globs, flags, first.settings.per);
  const message = await readMessage(flags, cwd, source.kind !== "tasks");
  const words = first.crew.words;
  const planned = await planTasks({ cwd, source, message, tools: words, ...first.settings });
  const { repository } = planned;
  const { tasks, which } = sampleTasks(planned.tasks, wanted);
  for (const { crew } of contenders) await requireTool(crew.name, crew.adapter, repository.root);
  const quiet = flags.quiet === true;
  const done: Comparable[] = [];
  const configFile = flags.config === undefined ? null : resolve(cwd, flags.config);
  for (const { flags: own, settings, crew } of contenders) {
    const { requireChange } = settings;
    const style = progressStyle(process.stderr, quiet);
    const progress = await createProgress({ stream: process.stderr, style, requireChange });
    const stored = { cwd, globs, flags: own, config, configFile, raw, tools: [] };
    try {
      const report = await conductRun(
        () =>
          startRun({
            ...runOptions(settings, crew, crew.tools),
            repository,
            tasks,
            settings: toStored({ ...stored, message: message ?? null }),
          }),
        progress,
        (run) => {
          if (!quiet) progress.say(`Run ${run.id} with ${crew.name}`);
        },
      );
      done.push({ report, verified: settings.verify !== undefined });
      if (report.end === "interrupted") break;
    } finally {
      progress.end();
    }
  }
  const comparison = compareRuns(done, which);
  await writeComparison(comparison, { json: flags.json === true, files });
  if (done.some(({ report }) => report.end === "interrupted")) return "interrupted";
  return done.every(({ report }) => report.ok) ? "done" : "failed";
}

async function contender(
  name: string,
  flags: RunFlags,
  config: ClusterConfig,
  cwd: string,
): Promise<Contender> {
  const own: RunFlags = { ...flags, tool: name, land: { as: "branch" } };
  const settings = runSettings(own, config, [], cwd);
  const { model } = settings;
  const crew = await resolveCrew(settings.crew, config, { args: [], model, cwd });
  return { flags: own, settings, crew };
}

/** @throws {CliError} usage */
function toolsToCompare(
  text: string,
  { tool, inPlace, land, dryRun, canary, workers, model }: RunFlags,
  config: ClusterConfig,
  raw: readonly string[],
): readonly string[] {
  const crew = crewOf(text) ?? [];
  if (crew.length < 2 || crew.some((one) => one.workers !== null)) {
    throw usageError(
      `--compare takes two tools or more (aider,gemini), each with all of the workers; found "${text}".`,
      workers === undefined ? undefined : "-w says how many those are.",
    );
  }
  const against: readonly (readonly [string, boolean])[] = [
    ["--tool", tool !== undefined],
    ["--in-place", (inPlace ?? config.inPlace) === true],
    ["--land", land !== undefined],
    ["--dry-run", dryRun === true],
    ["--canary", canary !== undefined],
    ["raw arguments", raw.length > 0],
  ];
  const refused = against.find(([, isGiven]) => isGiven)?.[0];
  if (refused !== undefined) {
    throw usageError(
      `--compare and ${refused} do not go together.`,
      "Each tool does the same tasks, in a run of its own that stays on its own branch.",
    );
  }
  const one = model ?? config.model;
  if (one !== undefined) refuseSharedModel(one, crewTitle(crew));
  return crew.map(({ name }) => name);
}

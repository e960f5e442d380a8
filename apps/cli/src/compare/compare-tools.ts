import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { checkRun } from "@cluster/batch";
import { LocalRunStore } from "@cluster/batch/kept";
import { folderElsewhere } from "../command/command-to-copy.ts";
import type { RunFlags } from "../command/run-flags.ts";
import { workingFolder } from "../command/working-folder.ts";
import type { ClusterConfig } from "../config/config.ts";
import { crewTitle, readCrew } from "../config/crew.ts";
import { loadConfig } from "../config/load-config.ts";
import { usageError } from "../exit/cli-error.ts";
import type { ExitName } from "../exit/exit-codes.ts";
import { planTasks } from "../run/plan-tasks.ts";
import { readMessage } from "../run/read-message.ts";
import { requireTool } from "../run/require-tool.ts";
import { refuseSharedModel } from "../run/settings.ts";
import { taskSource } from "../run/task-source.ts";
import { requireTools } from "../tools/resolve-tool.ts";
import { type Contender, configOfComparison, contender } from "./contender.ts";
import { presentComparison } from "./present-comparison.ts";
import { sampleTasks } from "./sample-tasks.ts";
import { optionsOf } from "./take-turns.ts";
import { comparisonFiles } from "./write-comparison.ts";

/** `cluster run --compare A,B`: the same tasks by each tool, in a run of its own that stays on its branch. */
export async function compareTools(
  globs: readonly string[],
  given: RunFlags,
  raw: readonly string[],
): Promise<ExitName> {
  const beganAt = performance.now();
  const cwd = workingFolder(given.cwd);
  const elsewhere = folderElsewhere(given.cwd);
  const { compare = "", sample: wanted, ...flags } = given;
  const files = comparisonFiles(flags.report ?? [], cwd);
  const loaded = await loadConfig({ cwd, file: flags.config });
  await requireTools(compare, { config: loaded.config, cwd });
  const tools = toolsToCompare(compare, given, loaded.config, raw);
  const config = configOfComparison(loaded.config);
  const contenders: Contender[] = [];
  for (const name of tools) contenders.push(await contender(name, flags, config, cwd));
  const [first] = contenders as [Contender, ...Contender[]];
  const source = taskSource(globs, flags, first.settings.per);
  const message = await readMessage(flags, cwd, source.kind !== "tasks");
  const words = [...new Set(contenders.flatMap(({ crew }) => crew.words))];
  const planned = await planTasks({ cwd, source, message, tools: words, ...first.settings });
  const { repository } = planned;
  const { tasks, which } = sampleTasks(planned.tasks, wanted);
  const model = tasks.find((task) => task.model !== undefined)?.model;
  if (model !== undefined) refuseSharedModel(model, tools.join(", "));
  const { commit: base } = await repository.head();
  const configFile = flags.config === undefined ? null : resolve(cwd, flags.config);
  const options = {
    comparison: { id: randomUUID(), tools, which },
    repository,
    store: new LocalRunStore(),
    tasks,
    base,
    stored: { cwd, globs, config, configFile, message: message ?? null },
    limits: first.settings.limits.options,
    beganAt,
    quiet: flags.quiet === true,
    elsewhere,
  };
  // Whatever can be refused is, before the first of them has cost anything.
  for (const each of contenders) {
    await requireTool(each.name, each.crew.adapter, repository.root, elsewhere);
    await checkRun(optionsOf(each, options));
  }
  for (const line of options.quiet ? [] : planned.warnings) process.stderr.write(`${line}\n`);
  return await presentComparison(contenders, options, { json: flags.json === true, files });
}

/** @throws {CliError} usage */
function toolsToCompare(
  text: string,
  { tool, inPlace, land, dryRun, canary, workers, model }: RunFlags,
  config: ClusterConfig,
  raw: readonly string[],
): readonly string[] {
  const crew = readCrew(text);
  if (typeof crew === "string") throw usageError(`--compare ${text}: ${crew}.`);
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
    ["raw arguments", raw.length > 0 || (config.toolArguments ?? []).length > 0],
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

import {
  LocalRunStore,
  type RunSummary,
  type Sample,
  type Site,
  samplesOf,
  type TaskInput,
} from "@cluster/batch";
import { crewOf, crewTitle } from "../config/crew.ts";
import { fromStored, type StoredSettings } from "../run/from-stored.ts";
import { withoutSecrets } from "../run/stored-settings.ts";
import { DEFAULT_TOOL } from "../tools/resolve-tool.ts";

/** More make no estimate better, and cost time to read. */
const ENOUGH = 200;
/** Of a run with many tasks, those behind are not read. */
const MOST_ENTRIES = 2_000;

/** What is to be run: earlier runs of the like are looked for. */
export interface PlannedRun {
  readonly tool: string;
  /** `null`: the tool's own. */
  readonly model: string | null;
  readonly toolArguments: readonly string[];
  /** The template; `null` where each task has a prompt of its own. */
  readonly message: string | null;
  readonly tasks: readonly Pick<TaskInput, "tool" | "model">[];
}

/** Where measured tasks come from. */
export interface EarlierRuns {
  /** Newest first. */
  readonly runs: readonly string[];
  /** They were asked for the same. */
  readonly sameMessage: boolean;
}

/** What tasks of earlier runs took. */
export interface EarlierSamples extends EarlierRuns {
  readonly samples: readonly Sample[];
}

interface Provider {
  readonly tool: string;
  readonly model: string | null;
}

function keyOf({ tool, model }: Provider): string {
  return JSON.stringify([tool, model]);
}

function providerOf({ flags, config }: StoredSettings): Provider {
  const text = flags.tool ?? config.tool ?? DEFAULT_TOOL;
  const crew = crewOf(text);
  const tool = crew === undefined ? text : crewTitle(crew);
  return { tool, model: flags.model ?? config.model ?? null };
}

function argumentsOf({ raw, config }: StoredSettings): readonly string[] {
  return raw.length > 0 ? raw : (config.toolArguments ?? []);
}

/**
 * What tasks of this repository's earlier runs took that had the same tool, model and arguments: of runs with
 * the same message where there are some, otherwise of any. `null` when there is none.
 */
export async function earlierSamples(
  site: Site,
  planned: PlannedRun,
  store: LocalRunStore = new LocalRunStore(),
): Promise<EarlierSamples | null> {
  const args = JSON.stringify(withoutSecrets(planned.toolArguments));
  const listed = (await store.list(site)).flatMap((run) => {
    const stored = run.record === null ? null : fromStored(run.record);
    if (stored === null || JSON.stringify(argumentsOf(stored)) !== args) return [];
    return [{ run, stored }];
  });
  const { message } = planned;
  const alike = message === null ? [] : listed.filter(({ stored }) => stored.message === message);
  for (const [sameMessage, some] of [
    [true, alike],
    [false, listed],
  ] as const) {
    const found = await collect(store, site, some, planned);
    if (found.samples.length > 0) return { ...found, sameMessage };
  }
  return null;
}

interface ListedRun {
  readonly run: RunSummary;
  readonly stored: StoredSettings;
}

async function collect(
  store: LocalRunStore,
  site: Site,
  listed: readonly ListedRun[],
  planned: PlannedRun,
): Promise<Pick<EarlierSamples, "samples" | "runs">> {
  const { tool: ownTool, model: ownModel } = planned;
  const wanted = new Set(
    planned.tasks.map(({ tool = ownTool, model = ownModel }) => keyOf({ tool, model })),
  );
  const samples: Sample[] = [];
  const runs: string[] = [];
  for (const { run, stored } of listed) {
    if (samples.length >= ENOUGH) break;
    // A run that cannot be read is no reason to refuse an estimate.
    const its = await read(store, site, run, (task) => {
      const own = providerOf(stored);
      const { tool = own.tool, model = own.model } = task;
      return wanted.has(keyOf({ tool, model }));
    }).catch(() => []);
    if (its.length > 0) runs.push(run.run);
    samples.push(...its);
  }
  return { samples: samples.slice(0, ENOUGH), runs };
}

async function read(
  store: LocalRunStore,
  site: Site,
  { run }: RunSummary,
  isWanted: (task: TaskInput) => boolean,
): Promise<readonly Sample[]> {
  using reader = await store.read(site, run);
  const samples: Sample[] = [];
  let seen = 0;
  for (const entry of reader.entries()) {
    seen += 1;
    if (isWanted(entry.task)) samples.push(...samplesOf([entry]));
    if (seen >= MOST_ENTRIES || samples.length >= ENOUGH) break;
  }
  return samples;
}

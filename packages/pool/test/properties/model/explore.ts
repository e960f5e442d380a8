import fc from "fast-check";
import { type Configuration, configurations } from "./configuration.ts";
import { clean, epilogue } from "./epilogue.ts";
import type { Model } from "./model.ts";
import { World } from "./world.ts";

type Example = readonly [Configuration, Iterable<Command>];
type Command = fc.AsyncCommand<Model, World>;

/** The same each time: what is found anew should stop a soak, which draws its seeds, not somebody's change. */
const DEFAULT_SEED = 20_261_123;

/** What to explore, and how much of it. */
export interface Exploration {
  readonly commands: readonly fc.Arbitrary<Command>[];
  readonly runs: number;
  readonly maxCommands: number;
  /** What every pool of it is, whatever the others may be. */
  readonly fixed?: Partial<Configuration>;
  /** @default what the environment says, or the same each time */
  readonly seed?: number | undefined;
}

/** What an exploration came to. */
export interface Finding {
  readonly seed: number;
  /** What was broken, how to see it again, and what happened; null when all is well. */
  readonly failure: string | null;
}

/** Runs commands at random on pools at random, and makes the shortest example of what it breaks. */
export async function explore(exploration: Exploration): Promise<Finding> {
  const { CLUSTER_SEED, CLUSTER_PATH, CLUSTER_REPLAY, CLUSTER_SHRINK } = process.env;
  let failed: { readonly world: World; readonly error: unknown } | null = null;
  const property = fc.asyncProperty(
    configurations.map((one) => ({ ...one, ...exploration.fixed })),
    fc.commands([...exploration.commands], {
      maxCommands: exploration.maxCommands,
      // Otherwise most examples have three.
      size: "max",
      ...(CLUSTER_REPLAY !== undefined && { replayPath: CLUSTER_REPLAY }),
    }),
    async (configuration, commands) => {
      const world = new World(configuration);
      try {
        await fc.asyncModelRun(() => ({ model: world.model, real: world }), commands);
        await epilogue(world);
      } catch (error) {
        failed = { world, error };
        throw error;
      } finally {
        await clean(world);
      }
    },
  );
  const seed = exploration.seed ?? Number(CLUSTER_SEED ?? DEFAULT_SEED);
  const details = await fc.check(property, {
    numRuns: exploration.runs,
    endOnFailure: CLUSTER_SHRINK === "no",
    seed,
    ...(CLUSTER_PATH !== undefined && { path: CLUSTER_PATH }),
    plugins: [fc.interruptAfterTimeLimit(SHRINK_WITHIN_MS)],
  });
  const failure = details.failed ? explain(details, failed) : null;
  return { seed: details.seed, failure };
}

/** A test that fails must say so before its own deadline. */
const SHRINK_WITHIN_MS = 100_000;

function explain(
  details: fc.RunDetails<unknown>,
  failed: { readonly world: World; readonly error: unknown } | null,
): string {
  const { seed, counterexamplePath, counterexample, numShrinks } = details;
  const [configuration, commands] = (counterexample ?? []) as Partial<Example>;
  const replay = /replayPath="([^"]*)"/.exec(String(commands))?.[1];
  const environment = [
    `CLUSTER_SEED=${seed}`,
    ...(counterexamplePath === null ? [] : [`CLUSTER_PATH=${counterexamplePath}`]),
    ...(replay === undefined ? [] : [`CLUSTER_REPLAY=${replay}`]),
  ];
  return [
    failed?.error instanceof Error ? failed.error.message : String(failed?.error),
    `To see it again: ${environment.join(" ")} with this test (${numShrinks} times made smaller;`,
    `with the seed alone, the whole run that found it).`,
    JSON.stringify(configuration),
    String(commands).replaceAll(",", ",\n  "),
    "What happened:",
    ...(failed?.world.model.trace.slice(-150) ?? []),
  ].join("\n");
}

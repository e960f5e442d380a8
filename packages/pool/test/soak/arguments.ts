import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MIXES, type MixName } from "../properties/model/commands/mixes.ts";

export const HELP: string = `npm run soak -- [options]

Random commands on real pools, in several processes, for as long as you like. It stops at the first
rule that is broken, prints the shortest example of it and the command that shows it again, and exits
with 1. ^C ends it, with the summary.

  --minutes N     how long                                        (60)
  --processes N   how many processes explore at once              (the number of processors, at most 4)
  --mix NAME      only these commands: ${MIXES.join(", ")}
  --seed N        one round with this seed, as a failure names it
  --path P        with --seed: the very run that failed
  --replay R      with --seed and --path: the very commands
  --help          this text

CLUSTER_PATIENCE_MS: how long a pool may take until nothing happens any more (20000); more on a machine
that is very busy.
`;

/** What the soak was told. */
export interface SoakArguments {
  readonly minutes: number;
  readonly processes: number;
  readonly mix: MixName | null;
  readonly seed: number | null;
  readonly path: string | null;
  readonly replay: string | null;
}

/** Null when only the help is wanted. @throws {TypeError} what is wrong with them */
export function readArguments(args: readonly string[]): SoakArguments | null {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ minutes: text, processes: text, mix: text, seed: text, path: text, replay: text },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return null;
  const mix = MIXES.find((name) => name === values.mix) ?? null;
  if (values.mix !== undefined && mix === null) {
    throw new TypeError(`--mix: expected one of ${MIXES.join(", ")}, found ${values.mix}.`);
  }
  return {
    minutes: positive("--minutes", values.minutes, 60),
    processes: Math.ceil(positive("--processes", values.processes, Math.min(4, cores()))),
    mix,
    seed: values.seed === undefined ? null : whole("--seed", values.seed),
    path: values.path ?? null,
    replay: values.replay ?? null,
  };
}

function cores(): number {
  return availableParallelism();
}

function positive(name: string, given: string | undefined, otherwise: number): number {
  const value = given === undefined ? otherwise : Number(given);
  if (value > 0) return value;
  throw new TypeError(`${name}: expected a number greater than 0, found ${given}.`);
}

function whole(name: string, given: string): number {
  if (Number.isInteger(Number(given))) return Number(given);
  throw new TypeError(`${name}: expected a whole number, found ${given}.`);
}

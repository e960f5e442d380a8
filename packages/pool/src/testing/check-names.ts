import { FAILURE_CLASSES } from "../contract/agent.ts";
import { PoolError } from "../errors/pool-error.ts";
import { noSuchOption } from "../pool/option-checks.ts";
import type { ConformanceOptions } from "./options.ts";
import { HOSTILE_OUTPUTS, type Samples, type SecretSample } from "./samples.ts";

type Names<Value> = Readonly<Record<keyof Value, true>>;

const SAMPLES: Names<Samples<unknown, unknown>> = {
  works: true,
  slow: true,
  silent: true,
  severalLines: true,
  hostile: true,
  talksOn: true,
  dies: true,
  leavesChild: true,
  fails: true,
  secret: true,
  question: true,
  absent: true,
};

const SECRET: Names<SecretSample<unknown, unknown>> = { plant: true, ask: true, read: true };

const OPTIONS: Names<ConformanceOptions<unknown, unknown>> = {
  pool: true,
  cwd: true,
  turnTimeoutMs: true,
  promiseTimeoutMs: true,
  turnsInRow: true,
  pingTimeoutMs: true,
  settleMs: true,
};

/** A call that tries promises. */
export interface Trying {
  /** The function that was called, for messages. */
  readonly by: string;
  /** The option that only this function has. */
  readonly own: string;
}

/**
 * Refuses samples and options that do not exist: what is misspelt would be left out, and all be well.
 * @throws {PoolError} OPTION_INVALID
 */
export function checkNames<Request, Result>(
  { by, own }: Trying,
  samples: Samples<Request, Result>,
  options: object,
): void {
  const optionNames = [...Object.keys(OPTIONS), own];
  const refuse = (prefix: string, given: object | undefined, known: readonly string[]): void => {
    const name = Object.keys(given ?? {}).find((key) => !known.includes(key));
    if (name === undefined) return;
    const isOption = prefix === "samples." && optionNames.includes(name);
    throw new PoolError(
      "OPTION_INVALID",
      isOption
        ? `${by}: samples.${name}: it is an option: ${by}(adapter, samples, { ${name}: … }).`
        : `${by}: ${noSuchOption(`${prefix}${name}`, known)}.`,
    );
  };
  refuse("samples.", samples, Object.keys(SAMPLES));
  refuse("samples.hostile.", samples.hostile, Object.keys(HOSTILE_OUTPUTS));
  refuse("samples.fails.", samples.fails, FAILURE_CLASSES);
  refuse("samples.secret.", samples.secret, Object.keys(SECRET));
  refuse("", options, optionNames);
}

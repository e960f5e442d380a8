import { redactor } from "@cluster/batch";
import { clusterCommand } from "../command/command-to-copy.ts";
import type { RunFlags } from "../command/run-flags.ts";
import { usageError } from "../exit/cli-error.ts";
import { shellWord } from "../report/shell-word.ts";
import { KIND, type StoredSettings } from "./from-stored.ts";
import { secretsOf } from "./secrets.ts";

/** What a secret is stored as: it is asked for again, and lies nowhere. */
const REDACTED = "[redacted]";

/** Of one command only, or stored elsewhere. */
const NOT_STORED: ReadonlySet<keyof RunFlags> = new Set([
  "message",
  "messageFile",
  "dryRun",
  "compare",
  "sample",
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

/** @throws {CliError} usage, when what is left of the arguments is not what they were */
export function requireWhole(
  args: readonly string[],
  run: string,
  elsewhere: string | undefined,
): void {
  if (!args.some((arg) => arg.includes(REDACTED))) return;
  throw usageError(
    `Run ${run} was begun with a key among its raw arguments, which is kept nowhere.`,
    `Give all of them again: ${clusterCommand(`resume ${run}`, elsewhere)} -- ${args.map(shellWord).join(" ")}`,
  );
}

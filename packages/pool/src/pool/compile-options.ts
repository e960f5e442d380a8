import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import type { QuestionPolicy } from "../contract/question.ts";
import type { ToolCapabilities } from "../contract/tool-adapter.ts";
import { PoolError } from "../errors/pool-error.ts";
import { isHost } from "../host/owned-host.ts";
import type { RecyclePolicy } from "../instance/recycling.ts";
import type { RestartPolicy } from "../instance/restart-budget.ts";
import { ledgerFolder } from "../ledger/state-folder.ts";
import { type TranscriptPlace, transcriptPlace } from "../transcript/options.ts";
import {
  found,
  invalidOption,
  isMilliseconds,
  MILLISECONDS,
  noSuchOption,
} from "./option-checks.ts";
import { type PoolOptions, RELEASE_MODES, type ReleaseMode } from "./options.ts";

/** The options with their defaults, as the pool uses them. */
export interface CompiledOptions {
  readonly size: number;
  readonly spares: number;
  readonly cwd: (instance: number) => Promise<string>;
  /** All instances have the same folder. */
  readonly sharedFolder: boolean;
  readonly start: "eager" | "lazy";
  readonly sessionsPerProcess: number;
  readonly startConcurrency: number;
  readonly startTimeoutMs: number;
  readonly turnTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly interruptTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly graceMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly maxTurnBytes: number;
  readonly maxQueue: number;
  readonly afterTurn: ReleaseMode;
  readonly recycle: RecyclePolicy;
  readonly restart: RestartPolicy;
  /** Null for none. */
  readonly ledger: (() => string) | null;
  readonly transcripts: TranscriptPlace | null;
  readonly secrets: readonly string[];
  readonly onQuestion: QuestionPolicy;
}

const milliseconds = z.custom<number>(isMilliseconds, MILLISECONDS);

function whole(least: number): z.ZodType<number> {
  return z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
    `expected a whole number of at least ${least}`,
  );
}

function amount(least: number, what: string): z.ZodType<number> {
  return z.custom<number>(
    (value) => typeof value === "number" && value >= least,
    `expected ${what}, a number of at least ${least} or Infinity`,
  );
}

function oneOf<const Values extends readonly string[]>(values: Values): z.ZodType<Values[number]> {
  return z.custom<Values[number]>(
    (value) => values.includes(value as string),
    `expected one of ${values.join(", ")}`,
  );
}

const schema = z.strictObject({
  size: whole(0).default(1),
  spares: whole(0).default(0),
  start: oneOf(["eager", "lazy"]).default("eager"),
  sessionsPerProcess: whole(1).optional(),
  startConcurrency: whole(1).default(() => availableParallelism()),
  startTimeoutMs: milliseconds.default(60_000),
  turnTimeoutMs: milliseconds.default(Number.POSITIVE_INFINITY),
  idleTimeoutMs: milliseconds.default(Number.POSITIVE_INFINITY),
  interruptTimeoutMs: milliseconds.default(2_000),
  resetTimeoutMs: milliseconds.default(5_000),
  graceMs: milliseconds.default(2_000),
  pingIntervalMs: milliseconds.default(30_000),
  pingTimeoutMs: milliseconds.default(5_000),
  maxTurnBytes: amount(1, "bytes").default(64 * 1024 * 1024),
  maxQueue: amount(0, "requests").default(Number.POSITIVE_INFINITY),
  afterTurn: oneOf(RELEASE_MODES).default("keep"),
  recycle: z
    .strictObject(
      {
        turns: amount(1, "turns").default(Number.POSITIVE_INFINITY),
        ageMs: milliseconds.default(Number.POSITIVE_INFINITY),
        memoryBytes: amount(1, "bytes").default(Number.POSITIVE_INFINITY),
      },
      "expected an object with turns, ageMs, memoryBytes",
    )
    .prefault({}),
  restart: z
    .strictObject(
      {
        intensity: whole(0).default(5),
        periodMs: milliseconds.default(60_000),
        backoffMs: milliseconds.default(100),
        maxBackoffMs: milliseconds.default(10_000),
      },
      "expected an object with intensity, periodMs, backoffMs, maxBackoffMs",
    )
    .prefault({}),
  ledger: z
    .union([z.literal(false), z.string().min(1)], "expected the path of a folder or false")
    .optional(),
  secrets: z.array(z.string("expected a string"), "expected an array of strings").default([]),
});

const OPTION_NAMES: readonly string[] = [
  ...Object.keys(schema.shape),
  ...["adapter", "cwd", "onQuestion", "clock", "transcripts"],
];

const NO: QuestionPolicy = (question) =>
  question.kind === "confirm" ? { kind: "confirm", yes: false } : { kind: "text", text: "" };

/** @throws {PoolError} OPTION_INVALID, naming the option, what was expected and what was found. */
export function compileOptions<Request, Result>(
  options: PoolOptions<Request, Result>,
): CompiledOptions {
  if (typeof options !== "object" || options === null) {
    throw invalidOption("createPool", "expected an object with an adapter", options);
  }
  const { adapter, cwd = process.cwd(), onQuestion = NO, clock, transcripts, ...plain } = options;
  checkAdapter(adapter);
  if (typeof cwd !== "function" && (typeof cwd !== "string" || cwd === "")) {
    throw invalidOption("cwd", "expected the path of a folder or a function that gives one", cwd);
  }
  if (typeof onQuestion !== "function") {
    throw invalidOption("onQuestion", "expected a function", onQuestion);
  }
  if (clock !== undefined && typeof clock?.after !== "function") {
    throw invalidOption("clock", "expected a Clock", clock);
  }
  const parsed = schema.safeParse(plain);
  if (!parsed.success) throw explain(parsed.error, plain);
  return {
    ...parsed.data,
    sessionsPerProcess: sessionsOf(parsed.data, adapter.capabilities),
    ledger: compileLedger(parsed.data.ledger),
    transcripts: transcriptPlace(transcripts),
    sharedFolder: typeof cwd === "string",
    cwd: async (instance) => resolve(typeof cwd === "string" ? cwd : await cwd(instance)),
    onQuestion,
  };
}

/** The default is looked up when it is needed: it fails where there is no home folder. */
function compileLedger(ledger: string | false | undefined): (() => string) | null {
  if (ledger === false) return null;
  return ledger === undefined ? ledgerFolder : () => resolve(ledger);
}

/** @throws {PoolError} OPTION_INVALID where sessions cannot be shared. */
function sessionsOf(
  { sessionsPerProcess, recycle }: Pick<z.output<typeof schema>, "sessionsPerProcess" | "recycle">,
  capabilities: ToolCapabilities = {},
): number {
  const sessions = sessionsPerProcess ?? capabilities.sessionsPerProcess ?? 1;
  if (sessions === 1) return 1;
  if (capabilities.oneShot === true) {
    throw invalidOption("sessionsPerProcess", "expected 1 for a one-shot tool", sessions);
  }
  if (Number.isFinite(recycle.memoryBytes)) {
    const expected = "expected 1, or no recycle.memoryBytes: a session has no memory of its own";
    throw invalidOption("sessionsPerProcess", expected, sessions);
  }
  return sessions;
}

function checkAdapter(adapter: unknown): void {
  const { name, command, connect, host } = (adapter ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof command !== "function" || typeof connect !== "function") {
    throw new PoolError(
      "OPTION_INVALID",
      "adapter: expected a ToolAdapter with the functions command and connect, found " +
        `${found(adapter)}. The first example in the README of @cluster/pool has one.`,
    );
  }
  if (typeof name !== "string" || name === "") {
    throw invalidOption("adapter.name", "expected a short name", name);
  }
  if (host !== undefined && typeof host !== "function" && !isHost(host)) {
    throw invalidOption(
      "adapter.host",
      "expected a ProcessHost or a function that gives one",
      host,
    );
  }
}

function explain(error: z.ZodError, options: object): PoolError {
  const problems = error.issues.map((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      const at = path === "" ? "" : `${path}.`;
      const known = path === "" ? OPTION_NAMES : [];
      return issue.keys.map((key) => noSuchOption(`${at}${key}`, known)).join("; ");
    }
    const value = issue.path.reduce<unknown>(
      (at, key) => (at as Readonly<Record<PropertyKey, unknown>>)[key],
      options,
    );
    // A secret in the wrong form is still one.
    const what = issue.path[0] === "secrets" ? typeof value : found(value);
    return `${path}: ${issue.message}, found ${what}`;
  });
  return new PoolError("OPTION_INVALID", `Wrong pool options. ${problems.join("; ")}.`, {
    cause: error,
  });
}

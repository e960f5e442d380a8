import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import type { QuestionPolicy } from "../contract/question.ts";
import { PoolError } from "../errors/pool-error.ts";
import type { RestartPolicy } from "../instance/restart-budget.ts";
import type { PoolOptions, ReleaseMode } from "./options.ts";

/** The options with their defaults, as the pool uses them. */
export interface CompiledOptions {
  readonly size: number;
  readonly cwd: (instance: number) => Promise<string>;
  readonly start: "eager" | "lazy";
  readonly startConcurrency: number;
  readonly startTimeoutMs: number;
  readonly turnTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly interruptTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly graceMs: number;
  readonly maxTurnBytes: number;
  readonly maxQueue: number;
  readonly afterTurn: ReleaseMode;
  readonly restart: RestartPolicy;
  readonly transcripts: string | null;
  readonly secrets: readonly string[];
  readonly onQuestion: QuestionPolicy;
}

// zod's number() refuses Infinity, which here means "never" and "no limit".
const orInfinity = (schema: z.ZodNumber): z.ZodType<number> =>
  z.union([schema, z.literal(Number.POSITIVE_INFINITY)]) as z.ZodType<number>;
const milliseconds = orInfinity(z.number().nonnegative());
const count = z.int().positive();

const schema = z.object({
  size: z.int().nonnegative().default(1),
  start: z.enum(["eager", "lazy"]).default("eager"),
  startConcurrency: count.default(() => availableParallelism()),
  startTimeoutMs: milliseconds.default(60_000),
  turnTimeoutMs: milliseconds.default(Number.POSITIVE_INFINITY),
  idleTimeoutMs: milliseconds.default(Number.POSITIVE_INFINITY),
  interruptTimeoutMs: milliseconds.default(2_000),
  resetTimeoutMs: milliseconds.default(5_000),
  graceMs: milliseconds.default(2_000),
  maxTurnBytes: orInfinity(z.number().positive()).default(64 * 1024 * 1024),
  maxQueue: orInfinity(z.number().nonnegative()).default(Number.POSITIVE_INFINITY),
  afterTurn: z.enum(["keep", "reset", "replace"]).default("keep"),
  restart: z
    .object({
      intensity: z.int().nonnegative().default(5),
      periodMs: z.number().positive().default(60_000),
      backoffMs: z.number().nonnegative().default(100),
      maxBackoffMs: z.number().nonnegative().default(10_000),
    })
    .prefault({}),
  transcripts: z.string().min(1).nullable().default(null),
  secrets: z.array(z.string()).default([]),
});

const NO: QuestionPolicy = (question) =>
  question.kind === "confirm" ? { kind: "confirm", yes: false } : { kind: "text", text: "" };

/** @throws {PoolError} OPTION_INVALID, naming the option, what was expected and what was found. */
export function compileOptions<Request, Result>(
  options: PoolOptions<Request, Result>,
): CompiledOptions {
  const { adapter, cwd, onQuestion, clock: _clock, ...plain } = options;
  if (typeof adapter?.command !== "function" || typeof adapter.connect !== "function") {
    throw new PoolError(
      "OPTION_INVALID",
      "adapter: expected a ToolAdapter with the functions command and connect. " +
        "See the README of @cluster/pool for one in twenty lines.",
    );
  }
  const parsed = schema.safeParse(plain);
  if (!parsed.success) {
    const found = parsed.error.issues
      .map((issue) => {
        const value = issue.path.reduce<unknown>(
          (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
          plain,
        );
        return `${issue.path.join(".")}: ${issue.message}, found ${typeof value} ${String(value)}`;
      })
      .join("; ");
    throw new PoolError("OPTION_INVALID", `Wrong pool options. ${found}`, { cause: parsed.error });
  }
  const folder = cwd ?? process.cwd();
  return {
    ...parsed.data,
    cwd: async (instance) => resolve(typeof folder === "string" ? folder : await folder(instance)),
    onQuestion: onQuestion ?? NO,
  };
}

import { TASK_CONTEXTS } from "@cluster/batch";
import { z } from "zod";
import { isAdapter } from "../tools/is-adapter.ts";
import {
  type AgentAdapter,
  BUILT_IN_TOOLS,
  type ToolEntry,
  type ToolFactory,
} from "../tools/tool-entry.ts";
import { agentPolicy } from "./agent-policy.ts";
import { COUNT_FORM, countOf, USD_FORM, usdOf } from "./amounts.ts";
import type { ClusterConfig } from "./config.ts";
import { readCrew } from "./crew.ts";
import { DURATION_FORM, durationMs } from "./duration.ts";
import { FAIL_OVER_FORM, failOverOf } from "./fail-over.ts";
import { HALT_FORM, haltOf } from "./halt.ts";
import { LAND_FORM, landOf } from "./land.ts";
import { ON_QUOTA_FORM, onQuotaOf } from "./on-quota.ts";
import { PER_FORM, perOf } from "./per.ts";
import { SIZE_FORM, sizeBytes } from "./size.ts";

const text = z.string().trim().min(1, "must not be empty");

const usd = z.number().min(0).describe("US dollars for a million tokens");

const duration = z
  .union([z.string(), z.number()])
  .refine((value) => durationMs(value) !== undefined, { error: `must be ${DURATION_FORM}` });

/** A text or a number that a function reads. */
function amount(read: (text: string) => unknown, form: string) {
  return z
    .union([z.string(), z.number()])
    .refine((value) => read(String(value)) !== undefined, { error: `must be ${form}` })
    .optional();
}

const builtIn = z.strictObject({
  use: z.enum(BUILT_IN_TOOLS).describe("The built-in tool"),
  executable: text.optional().describe("The executable. Default: found on this machine"),
  model: text.optional().describe("Its model where --model names none. Default: its own"),
  args: z.array(z.string()).optional().describe("Arguments before those of the command line"),
  sessionsPerProcess: z
    .int()
    .min(1)
    .optional()
    .describe("So many workers share a process, for agents that speak ACP. Default: 1"),
  repositorySettings: z
    .enum(["allow", "deny"])
    .optional()
    .describe(
      "Whether agents that speak ACP follow a repository's own settings, whose programs run unasked. Default: deny",
    ),
  policy: agentPolicy.optional(),
});

const TOOL_FORM =
  'must be an adapter, a function that makes one, the path of a module, or { use: "aider", … }';

const toolEntry: z.ZodType<ToolEntry> = z.union(
  [
    text.describe("The path of a module whose default export is an adapter or makes one"),
    builtIn,
    z.custom<ToolFactory>((value) => typeof value === "function"),
    z.custom<AgentAdapter>(isAdapter),
  ],
  { error: TOOL_FORM },
);

/** Checks a configuration; keys that it does not know are errors. */
export const configSchema: z.ZodType<ClusterConfig> = z.strictObject({
  workers: z.int().min(1).optional().describe("How many instances work at once. Default: 5"),
  tool: text
    .refine((value) => typeof readCrew(value) !== "string", {
      error: ({ input }) => `must name tools: ${readCrew(String(input))}`,
    })
    .optional()
    .describe(
      "A tool, several (aider,gemini) or several with their instances (aider:3,gemini:2). Default: aider",
    ),
  model: text.optional().describe("Default: the tool's own"),
  prices: z
    .record(text, z.strictObject({ inputUsdPerMTok: usd, outputUsdPerMTok: usd }))
    .optional()
    .describe("What models cost, by name; * for all others"),
  context: z
    .enum(TASK_CONTEXTS)
    .optional()
    .describe(
      "What a task knows of those before it. Default: fresh for tools that start quickly, otherwise reset",
    ),
  read: z.array(text).optional().describe("Files that give context and are not edited"),
  per: z
    .string()
    .refine((value) => perOf(value) !== undefined, { error: `must be ${PER_FORM}` })
    .optional()
    .describe("Which files make a task: file, folder or chunk=N. Default: file"),
  timeout: duration.optional().describe("One turn at most: 90s, 5m, or seconds. Default: 10m"),
  idleTimeout: duration.optional().describe("Silence within a turn at most. Default: none"),
  startTimeout: duration
    .optional()
    .describe("From the start of a tool to its first turn at most; it has two tries. Default: 2m"),
  retries: z
    .int()
    .min(0)
    .optional()
    .describe("Further attempts at a task, after a failure that another one may mend. Default: 1"),
  verify: text.optional().describe("A command that must succeed before an edit lands"),
  setup: text.optional().describe("A command that makes each new worktree fit for work, as npm ci"),
  setupTimeout: duration.optional().describe("That command at most. Default: 10m"),
  verifyRun: text
    .optional()
    .describe("A command that must succeed on all that landed before it is delivered"),
  maxDisk: z
    .union([z.string(), z.number()])
    .refine((value) => sizeBytes(value) !== undefined, { error: `must be ${SIZE_FORM}` })
    .optional()
    .describe("What all worktrees may take on the disk, such as 10GB. Default: no ceiling"),
  land: z
    .string()
    .refine((value) => landOf(value) !== undefined, { error: `must be ${LAND_FORM}` })
    .optional()
    .describe(
      "Where what landed is wanted: merge, squash, rebase, branch or patches. Default: merge",
    ),
  allowOutside: z.boolean().optional().describe("Land changes outside a task's files too"),
  hooks: z.boolean().optional().describe("Run your git hooks on each commit that is to land"),
  durable: z
    .enum(["process", "power"])
    .optional()
    .describe("What the run survives: the end of its process, or a loss of power too"),
  inPlace: z.boolean().optional().describe("Work in the folder itself, with backups"),
  requireChange: z.boolean().optional().describe("A task that changes nothing has failed"),
  onQuota: z
    .string()
    .refine((value) => onQuotaOf(value) !== undefined, { error: `must be ${ON_QUOTA_FORM}` })
    .optional()
    .describe("When the provider refuses for quota: wait, pause or switch=MODEL. Default: wait"),
  maxQuotaWait: duration.optional().describe("The longest single wait for it. Default: 15m"),
  maxCost: amount(usdOf, USD_FORM).describe("US dollars at most; needs a price. Default: none"),
  maxTokens: amount(countOf, COUNT_FORM).describe(
    "Tokens at most, in and out together. Default: none",
  ),
  maxTime: duration.optional().describe("Nothing more begins after that. Default: none"),
  reserveCost: amount(usdOf, USD_FORM).describe("What one attempt costs at most"),
  reserveTokens: amount(countOf, COUNT_FORM).describe("What one attempt takes at most, in tokens"),
  canary: z.int().min(1).optional().describe("So many tasks are tried first"),
  canaryVerify: text.optional().describe("A command that must succeed on what they landed"),
  halt: amount(haltOf, HALT_FORM).describe(
    "When the run gives up: a number of failures, a share, or same=N for one reason",
  ),
  minFreeMemory: amount(sizeBytes, SIZE_FORM).describe(
    "With less free memory, one turn is taken at a time",
  ),
  tellFailure: z
    .boolean()
    .optional()
    .describe("Try a refused edit again, and tell the model why it was refused"),
  failOver: z
    .union([z.boolean(), z.string()])
    .refine((value) => failOverOf(value) !== undefined, { error: `must be ${FAIL_OVER_FORM}` })
    .optional()
    .describe("After which failures a task goes on with another tool, or whether it does at all"),
  capabilities: z
    .record(text, z.array(text))
    .optional()
    .describe("What tools can do, by their names, for tasks that ask for that"),
  providers: z
    .record(
      text,
      z.strictObject({ tools: z.array(text).optional(), turns: z.int().min(1).optional() }),
    )
    .optional()
    .describe("Providers that several tools share, and how many turns they take at once"),
  toolArguments: z.array(z.string()).optional().describe("Raw arguments for the tool"),
  tools: z.record(text, toolEntry).optional().describe("Tools of your own, by name"),
});

/** The keys of a configuration, for messages. */
export const CONFIG_KEYS: readonly string[] = [
  "workers",
  "tool",
  "model",
  "prices",
  "context",
  "read",
  "per",
  "timeout",
  "idleTimeout",
  "startTimeout",
  "retries",
  "verify",
  "setup",
  "setupTimeout",
  "verifyRun",
  "maxDisk",
  "land",
  "allowOutside",
  "hooks",
  "durable",
  "inPlace",
  "requireChange",
  "onQuota",
  "maxQuotaWait",
  "maxCost",
  "maxTokens",
  "maxTime",
  "reserveCost",
  "reserveTokens",
  "canary",
  "canaryVerify",
  "halt",
  "minFreeMemory",
  "tellFailure",
  "failOver",
  "capabilities",
  "providers",
  "toolArguments",
  "tools",
] satisfies (keyof ClusterConfig)[];

/** The configuration as JSON Schema, for editors that check JSON and YAML. */
export const configJsonSchema: Readonly<Record<string, unknown>> = {
  title: "cluster configuration",
  ...z.toJSONSchema(configSchema, { unrepresentable: "any", io: "input" }),
};

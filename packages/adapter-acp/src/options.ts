import { basename, isAbsolute } from "node:path";
import type { AgentPermissions } from "@cluster/pool";
import { z } from "zod";
import { AcpError } from "./errors/acp-error.ts";
import { ACTION_KINDS, type PermissionPolicy } from "./permissions/policy.ts";
import type { AgentProfile } from "./profiles/profile.ts";

/** How to use an agent. Everything has a default. */
export interface AcpOptions {
  /** The model that it is started with. @default the agent's own */
  readonly model?: string;
  /**
   * The agent's program. @default the one that `CLUSTER_<NAME>` names, the one on PATH, or the one that
   * `installAgent` has installed
   */
  readonly executable?: string;
  /** Raw arguments for the agent, after its own. @default [] */
  readonly extraArguments?: readonly string[];
  /** More variables for its environment; `undefined` removes one. @default {} */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * An absolute folder that it takes for its home: it sees no settings and no log-in of the user.
   * @default the user's
   */
  readonly home?: string;
  /** The mode of its sessions; null sets none. @default the profile's, in which it asks */
  readonly mode?: string | null;
  /**
   * So many instances of a pool share a process of it, each with a session of its own: five workers then
   * take the memory of one. What ends the process ends a turn of each. @default 1
   */
  readonly sessionsPerProcess?: number;
  /**
   * Whether the agent follows the settings that a repository has for it: programs that they name run unasked,
   * when a session begins. Some cannot be told to leave them alone; the README says which. @default "deny"
   */
  readonly repositorySettings?: "allow" | "deny";
  /** What tasks may do that do not say it themselves. @default files may be created, nothing else */
  readonly permissions?: AgentPermissions;
  /** What it may do, by kind and by path, over `permissions`. @default see {@link PermissionPolicy} */
  readonly policy?: PermissionPolicy;
}

/** The options with their defaults; `null` leaves the choice to the agent. */
export interface CompiledOptions {
  readonly name: string;
  readonly model: string | null;
  readonly executable: string | null;
  readonly extraArguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string | null;
  readonly mode: string | null | undefined;
  readonly sessionsPerProcess: number;
  readonly repositorySettings: "allow" | "deny";
  readonly permissions: AgentPermissions;
  readonly policy: PermissionPolicy;
}

const text = z.string().min(1);
const decision = z.enum(["allow", "deny", "ask"]);
const kind = z.enum(ACTION_KINDS);

const Options = z.strictObject({
  model: text.optional(),
  executable: text.optional(),
  extraArguments: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string().optional()).optional(),
  home: text.refine(isAbsolute, "expected an absolute path").optional(),
  mode: text.nullish(),
  sessionsPerProcess: z.number().int().min(1).optional(),
  repositorySettings: z.enum(["allow", "deny"]).optional(),
  permissions: z
    .strictObject({
      commands: z.boolean().optional(),
      createFiles: z.boolean().optional(),
      urls: z.boolean().optional(),
    })
    .optional(),
  policy: z
    .strictObject({
      rules: z
        .array(
          z.strictObject({
            kinds: z.array(kind).optional(),
            paths: z.array(text).optional(),
            where: z.enum(["inside", "outside"]).optional(),
            decision,
          }),
        )
        .optional(),
      kinds: z.partialRecord(kind, decision).optional(),
      outside: decision.optional(),
    })
    .optional(),
});

/** @throws {AcpError} OPTION_INVALID. */
export function compileOptions(profile: AgentProfile, options: AcpOptions): CompiledOptions {
  const checked = Options.safeParse(options);
  if (!checked.success) {
    throw new AcpError(
      "OPTION_INVALID",
      `An option of acpAdapter is wrong:\n${z.prettifyError(checked.error)}\n`,
      "See AcpOptions.",
    );
  }
  if (typeof profile.command !== "string" || profile.command === "") {
    throw new AcpError(
      "OPTION_INVALID",
      "A profile has no command.",
      "Give it the agent's program: { command, arguments }.",
    );
  }
  return {
    name: profile.name ?? basename(profile.command),
    model: options.model ?? null,
    executable: options.executable ?? null,
    extraArguments: options.extraArguments ?? [],
    environment: options.environment ?? {},
    home: options.home ?? null,
    mode: options.mode,
    sessionsPerProcess: options.sessionsPerProcess ?? 1,
    repositorySettings: options.repositorySettings ?? "deny",
    permissions: options.permissions ?? {},
    policy: options.policy ?? {},
  };
}

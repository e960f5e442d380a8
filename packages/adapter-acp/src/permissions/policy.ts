import type { AgentPermissions } from "@cluster/pool";
import picomatch from "picomatch";

/** What an agent wants to do, in the words of the protocol. */
export const ACTION_KINDS = [
  "read",
  "edit",
  "delete",
  "move",
  "search",
  "execute",
  "think",
  "fetch",
  "switch_mode",
  "other",
] as const;

export type ActionKind = (typeof ACTION_KINDS)[number];

/** `ask` puts it to the caller of the turn, whose policy says no by default. */
export type Decision = "allow" | "deny" | "ask";

/** Decides about the actions that it matches. */
export interface PermissionRule {
  /** @default all kinds */
  readonly kinds?: readonly ActionKind[];
  /**
   * Patterns of paths relative to the workspace. A rule that allows matches when all paths of an action
   * do; one that denies or asks, when one of them does.
   * @default all paths, and actions that name none
   */
  readonly paths?: readonly string[];
  /** Whether all of its paths are inside the workspace, or one is outside. @default either */
  readonly where?: "inside" | "outside";
  readonly decision: Decision;
}

/** What an agent may do. The first rule that matches decides, then the kind. */
export interface PermissionPolicy {
  readonly rules?: readonly PermissionRule[];
  /**
   * By kind, for what no rule matches. @default read, search, think, edit, delete and move are allowed;
   * execute, fetch and switch_mode denied; other is asked, and so is a change that names no path
   */
  readonly kinds?: Readonly<Partial<Record<ActionKind, Decision>>>;
  /** What touches a path outside the workspace, and no rule matches. @default "deny" */
  readonly outside?: Decision;
}

/** An action, and the paths that it names. */
export interface Action {
  readonly kind: ActionKind;
  readonly paths: readonly ActionPath[];
}

/** A path that an agent named. */
export interface ActionPath {
  /** Relative to the workspace, with `/`; absolute where it lies outside. */
  readonly path: string;
  readonly inside: boolean;
  readonly exists: boolean;
}

const BY_KIND: Readonly<Record<ActionKind, Decision>> = {
  read: "allow",
  search: "allow",
  think: "allow",
  edit: "allow",
  delete: "allow",
  move: "allow",
  execute: "deny",
  fetch: "deny",
  // Out of a mode that asks, often.
  switch_mode: "deny",
  other: "ask",
};

const CHANGES: readonly ActionKind[] = ["edit", "delete", "move"];

/** The policy of one task: rules first, then what the task permits, then the kinds. */
export function decide(
  action: Action,
  policy: PermissionPolicy,
  permissions: AgentPermissions,
): Decision {
  const rule = policy.rules?.find((one) => matches(one, action));
  if (rule !== undefined) return rule.decision;
  if (action.paths.some(({ inside }) => !inside)) return policy.outside ?? "deny";
  const { commands, createFiles, urls } = permissions;
  if (action.kind === "execute" && commands !== undefined) return commands ? "allow" : "deny";
  if (action.kind === "fetch" && urls !== undefined) return urls ? "allow" : "deny";
  const creates = action.kind === "edit" && action.paths.some(({ exists }) => !exists);
  if (creates && createFiles === false) return "deny";
  return policy.kinds?.[action.kind] ?? byKind(action);
}

/** What is edited, and nobody says where, may lie anywhere. */
function byKind({ kind, paths }: Action): Decision {
  return CHANGES.includes(kind) && paths.length === 0 ? "ask" : BY_KIND[kind];
}

/** Whether some task may run commands: only then is the agent told that there are terminals. */
export function mayExecute(policy: PermissionPolicy, permissions: AgentPermissions): boolean {
  const byRule = policy.rules?.some(
    ({ kinds, decision }) => decision !== "deny" && (kinds?.includes("execute") ?? true),
  );
  return byRule === true || decide({ kind: "execute", paths: [] }, policy, permissions) !== "deny";
}

function matches(rule: PermissionRule, { kind, paths }: Action): boolean {
  if (rule.kinds !== undefined && !rule.kinds.includes(kind)) return false;
  const outside = paths.some(({ inside }) => !inside);
  if (rule.where === "inside" && (outside || paths.length === 0)) return false;
  if (rule.where === "outside" && !outside) return false;
  if (rule.paths === undefined) return true;
  const match = picomatch([...rule.paths], { dot: true });
  if (rule.decision !== "allow") return paths.some(({ path }) => match(path));
  return paths.length > 0 && paths.every(({ path }) => match(path));
}

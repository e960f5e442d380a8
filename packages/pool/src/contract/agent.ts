import type { AnsweredQuestion } from "./question.ts";
import type { EndSignal } from "./tool-connection.ts";

/** Why a coding agent failed, from a closed list, so that batch work can treat alike what is alike. */
export const FAILURE_CLASSES = [
  "auth",
  "quota",
  "overload",
  "context",
  "malformed",
  "refused",
  "timeout",
  "crash",
  "protocol",
  "environment",
  "unproven",
] as const;

/**
 * - `auth`: the provider does not accept the key
 * - `quota`: rate or credit limit; not the task's fault
 * - `overload`: the provider is down, slow or overloaded
 * - `context`: the request does not fit into the model's window
 * - `malformed`: the model's reply could not be applied
 * - `refused`: the model or the tool declined
 * - `timeout`, `crash`, `protocol`: of the process
 * - `environment`: what the tool needs is missing or broken, such as an unknown model
 * - `unproven`: it claims success and nothing proves it
 */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** What an agent may do without being asked again. */
export interface AgentPermissions {
  /** Run shell commands of its own. @default false */
  readonly commands?: boolean;
  /** Create files that do not exist. @default true */
  readonly createFiles?: boolean;
  /** Open addresses. @default false */
  readonly urls?: boolean;
}

/** One request to any coding agent. Paths are relative to the workspace, with `/`. */
export interface AgentTask {
  /** What to do. Only text: nothing in it is taken for a command of the tool. */
  readonly message: string;
  /** The files to edit. */
  readonly files?: readonly string[];
  /** Context that must not be edited. May be absolute. */
  readonly readOnlyFiles?: readonly string[];
  /** The absolute folder to work in. @default the instance's folder */
  readonly workspace?: string;
  /** @default the tool's own */
  readonly model?: string;
  readonly permissions?: AgentPermissions;
}

/** Tokens of a turn, as the provider counts them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** How many requests the model got, when the tool tells. */
  readonly modelCalls?: number;
}

/** What a coding agent says it did. The diff, not this, says what happened. */
export interface AgentResult {
  readonly reply: string;
  /** The files that it claims to have changed, relative to the workspace. */
  readonly claimedEdits: readonly string[];
  readonly usage: Usage | "unknown";
  /** US dollars. */
  readonly costUsd: number | "unknown";
  readonly questions: readonly AnsweredQuestion[];
  readonly endedBy: EndSignal;
  /**
   * Whether more than the tool's word speaks for its success, such as tokens that the model was paid
   * for. An answer that is `unproven` and changed nothing is no success.
   * @default "proven"
   */
  readonly proof?: "proven" | "unproven";
}

import type { PermissionPolicy } from "@cluster/adapter-acp";
import type { AgentResult, AgentTask, ToolAdapter } from "@cluster/batch";

/** An adapter that `cluster run` can use: it takes an `AgentTask` and gives an `AgentResult`. */
export type AgentAdapter = ToolAdapter<AgentTask, AgentResult>;

/** What the command line says to a tool that is made for one run. */
export interface ToolContext {
  /** The raw arguments after `--`. */
  readonly args: readonly string[];
  /** `--model`. Each task carries it too. */
  readonly model: string | undefined;
  /** The folder of the run, absolute. */
  readonly cwd: string;
}

/** Makes an adapter for one run. Only a factory can be given raw arguments. */
export type ToolFactory = (context: ToolContext) => AgentAdapter | Promise<AgentAdapter>;

/** The agents that come with cluster and speak the Agent Client Protocol. */
export const ACP_AGENTS = [
  "gemini",
  "opencode",
  "codex",
  "codex-acp-2",
  "claude",
  "qwen",
  "copilot",
] as const;

/** The tools that come with cluster. */
export const BUILT_IN_TOOLS: readonly ["aider", ...typeof ACP_AGENTS] = ["aider", ...ACP_AGENTS];

/** A built-in tool with options of its own. */
export interface BuiltInTool {
  /** The built-in tool. */
  readonly use: (typeof BUILT_IN_TOOLS)[number];
  /**
   * The executable.
   * @default found on PATH, where `cluster tools install` put it, and aider in CLUSTER_AIDER first
   */
  readonly executable?: string | undefined;
  /** Its model where `--model` names none. @default its own */
  readonly model?: string | undefined;
  /** Arguments before those of the command line. */
  readonly args?: readonly string[] | undefined;
  /** So many workers share a process of it: for agents that speak ACP. @default 1 */
  readonly sessionsPerProcess?: number | undefined;
  /** Whether it follows a repository's own settings: for agents that speak ACP. @default "deny" */
  readonly repositorySettings?: "allow" | "deny" | undefined;
  /** What it may do, by kind and by path: for agents that speak ACP. */
  readonly policy?: PermissionPolicy | undefined;
}

/**
 * A tool of the configuration: an adapter, a factory, a module whose default export is either (a
 * path relative to the configuration file), or a built-in tool with options.
 */
export type ToolEntry = AgentAdapter | ToolFactory | string | BuiltInTool;

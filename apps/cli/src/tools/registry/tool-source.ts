import type { FramingTrace, ToolAdapter } from "@cluster/pool";
import type { AgentAdapter, ToolContext } from "../tool-entry.ts";

/** How a tool is opened to be looked at. */
export interface OpenOptions {
  readonly args: readonly string[];
  readonly trace?: FramingTrace;
}

/** A tool that a source has, not yet made. */
export interface FoundTool {
  /** Where it comes from, for people: `configuration`, `built in`, a file, a package. */
  readonly origin: string;
  /** `agent`: it edits files, and `--tool` takes it. `text`: it answers, and only `tools try` takes it. */
  readonly kind: "agent" | "text";
  /** Making it runs somebody else's code, which is done only when it is named. @default false */
  readonly foreign?: boolean;
  /**
   * Its adapter, made for one run. That of a tool of kind `text` takes texts in truth: ask `kind` first.
   * @throws {CliError} usage, when what the name stands for makes no adapter.
   */
  make(context: ToolContext): Promise<AgentAdapter>;
  /** Its adapter with a trace, where it is declared. @throws {CliError} as {@link make} */
  open?(options: OpenOptions): Promise<ToolAdapter<unknown, unknown>>;
}

/** Where tools come from. Nothing of a tool is loaded or started before it is made. */
export interface ToolSource {
  /** All names that it has. A tool that is broken has a name too: only making it fails. */
  names(): Promise<readonly string[]>;
  find(name: string): Promise<FoundTool | undefined>;
}

import type { AgentAdapter, ToolContext } from "../tool-entry.ts";

/** A tool that a source has, not yet made. */
export interface FoundTool {
  /** Where it comes from, for people: `configuration`, `built in`, a file, a package. */
  readonly origin: string;
  /** `agent`: it edits files, and `--tool` takes it. `text`: it answers, and only `tools try` takes it. */
  readonly kind: "agent" | "text";
  /** Making it runs somebody else's code, which is done only when it is named. @default false */
  readonly foreign?: boolean;
  /**
   * Its adapter, made for one run.
   * @throws {CliError} usage, when what the name stands for makes no adapter.
   */
  make(context: ToolContext): Promise<AgentAdapter>;
}

/** Where tools come from. Nothing of a tool is loaded or started before it is made. */
export interface ToolSource {
  /** All names that it has. A tool that is broken has a name too: only making it fails. */
  names(): Promise<readonly string[]>;
  find(name: string): Promise<FoundTool | undefined>;
}

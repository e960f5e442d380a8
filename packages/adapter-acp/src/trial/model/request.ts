/** How an agent speaks with its model. */
export type AgentWire = "chat" | "responses" | "gemini" | "messages";

/** A tool that the agent lets the model call. */
export interface OfferedTool {
  readonly name: string;
  /** The names of its arguments; `null`: it takes one text, as codex' `apply_patch` does. */
  readonly parameters: readonly string[] | null;
}

/** What came of a call that the model asked for. */
export interface ToolOutcome {
  readonly id: string;
  readonly output: string;
}

/** What a body holds, as far as a script looks at it: the same for all wires. */
export interface ReadRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly tools: readonly OfferedTool[];
  /** The last message of the user, without what came after it. */
  readonly prompt: string;
  /** What came of the model's calls since then, in their order. */
  readonly outcomes: readonly ToolOutcome[];
}

/** One request to the scripted model, as it was understood. */
export interface AgentModelRequest extends ReadRequest {
  /** Counted from 0. */
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly wire: AgentWire;
  /** False when its key was refused: it got 401 and no script was asked. */
  readonly authorized: boolean;
  /** The body as it came: what is not in here, the model has not seen. */
  readonly body: string;
}

import type { AgentModelRequest } from "./request.ts";

/** A call of one of the agent's tools. */
export interface ToolCall {
  readonly name: string;
  /** An object of arguments, or one text for a tool that takes no object. */
  readonly input: Readonly<Record<string, unknown>> | string;
}

/** What the model says: text, calls, or both. */
export interface Saying {
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
}

/**
 * How the scripted model answers one request.
 * - `say`: a whole answer
 * - `status`: an error in the shape of the wire; `retryAfter` in seconds
 * - `cut`: half of an answer, then the socket is destroyed
 * - `hang`: no byte, or the first half where `after` says what of, until the agent gives up
 */
export type AgentModelReply =
  | ({ readonly kind: "say" } & Saying)
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfter?: number;
      readonly message?: string;
    }
  | { readonly kind: "cut"; readonly text?: string }
  | { readonly kind: "hang"; readonly after?: string };

/** Decides what each request gets. Agents may ask for more than the answer, such as for a title. */
export type AgentModelScript = (
  request: AgentModelRequest,
) => AgentModelReply | Promise<AgentModelReply>;

import type { ModelCall } from "./call.ts";
import type { EditFile } from "./edit-reply.ts";

/**
 * How the stand-in model answers one call.
 * - `edit`: a valid edit of each file in the chat, by default one that adds a DOC_ID line; a call
 *   for a commit message gets one line
 * - `no-change`: an answer without an edit
 * - `text`: this text, whatever was asked
 * - `malformed`: an edit that matches nothing in the file
 * - `empty`: a well-formed answer without content
 * - `invalid-json`: 200 with a body that cannot be parsed
 * - `status`: an error in the shape of the OpenAI API; `retryAfter` in seconds
 * - `cut`: the headers and half of the body, then the socket is destroyed
 * - `hang`: no byte, until the client gives up or the server is closed
 * - `slow`: waits so much longer, then answers with `reply`, by default an edit
 */
export type ModelReply =
  | { readonly kind: "edit"; readonly edit?: EditFile }
  | { readonly kind: "no-change" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "malformed" }
  | { readonly kind: "empty" }
  | { readonly kind: "invalid-json" }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfter?: number;
      readonly code?: string;
      readonly message?: string;
    }
  | { readonly kind: "cut" }
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly delayMs: number; readonly reply?: ModelReply };

/** One reply for all calls, or one for each. */
export type Behaviour = ModelReply | ((call: ModelCall) => ModelReply | Promise<ModelReply>);

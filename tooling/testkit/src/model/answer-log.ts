import type { ModelReply } from "./behaviour.ts";
import type { ModelCall } from "./call.ts";

/** What one call got in the end. */
export interface ModelAnswer {
  readonly call: ModelCall;
  /** The reply that was sent; of a `slow` one, what came after the wait. */
  readonly reply: Exclude<ModelReply, { readonly kind: "slow" }>;
  /** What the model said; `null` where the answer holds no text of it, or only half. */
  readonly text: string | null;
  /** The whole answer was handed over while the client was still there. */
  readonly whole: boolean;
}

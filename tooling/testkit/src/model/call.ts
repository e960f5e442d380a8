import type { ChatFile } from "./chat-files.ts";
import type { EditFormat } from "./edit-format.ts";

/** One message of a chat; parts other than text are left out of `content`. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** One request to the stand-in model, as it was understood. */
export interface ModelCall {
  /** Counted from 0. */
  readonly index: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** The name on the wire, without `openai/`. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  /** How many calls were in flight when it came, itself included. */
  readonly concurrency: number;
  /** False when its key was refused: it got 401 and no behaviour was asked. */
  readonly authorized: boolean;
  /** Aider's weak model is asked for a commit message. */
  readonly isCommitMessage: boolean;
  /** How the system prompt wants edits; null when it wants none. */
  readonly editFormat: EditFormat | null;
  /** What aider shows as editable, with its content. */
  readonly files: readonly ChatFile[];
  readonly readOnlyFiles: readonly ChatFile[];
  /** The last message of the user. */
  readonly instruction: string;
}

import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ModelAnswer } from "./answer-log.ts";
import type { ModelReply } from "./behaviour.ts";
import type { ModelCall } from "./call.ts";
import { sendCompletion, sendCut } from "./completion.ts";
import { editReply, malformedReply, NO_CHANGE_REPLY } from "./edit-reply.ts";
import { sendError } from "./error-reply.ts";

const COMMIT_MESSAGE = "docs: add a document id";

/** What was sent. */
export type Sent = Pick<ModelAnswer, "reply" | "text">;

/** Sends one reply, and gives what it was. A client that has gone away is no error. */
export async function answer(
  response: ServerResponse,
  call: ModelCall,
  reply: ModelReply,
  signal: AbortSignal,
): Promise<Sent> {
  if (reply.kind === "slow") {
    // Who waits no longer has had no answer.
    const waited = await delay(reply.delayMs, true, { signal }).catch(() => false);
    if (!waited) return { reply: { kind: "hang" }, text: null };
    return answer(response, call, reply.reply ?? { kind: "edit" }, signal);
  }
  if (signal.aborted) return { reply, text: null };
  const text = textOf(call, reply);
  if (text !== null) {
    sendCompletion(response, call, text);
    return { reply, text };
  }
  switch (reply.kind) {
    case "invalid-json":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"choices": [{"message": {"content": "cut he');
      break;
    case "status":
      sendError(response, reply);
      break;
    case "cut":
      sendCut(response, call, editReply(call));
      break;
  }
  return { reply, text: null };
}

/** The text of a reply that is a whole answer of a model. */
function textOf(call: ModelCall, reply: Sent["reply"]): string | null {
  switch (reply.kind) {
    case "edit":
      return call.isCommitMessage ? COMMIT_MESSAGE : editReply(call, reply.edit);
    case "no-change":
      return NO_CHANGE_REPLY;
    case "text":
      return reply.text;
    case "malformed":
      return malformedReply(call);
    case "empty":
      return "";
    default:
      return null;
  }
}

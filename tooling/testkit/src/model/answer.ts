import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ModelReply } from "./behaviour.ts";
import type { ModelCall } from "./call.ts";
import { sendCompletion, sendCut } from "./completion.ts";
import { editReply, malformedReply, NO_CHANGE_REPLY } from "./edit-reply.ts";
import { sendError } from "./error-reply.ts";

const COMMIT_MESSAGE = "docs: add a document id";

/** Sends one reply. A client that has gone away is no error. */
export async function answer(
  response: ServerResponse,
  call: ModelCall,
  reply: ModelReply,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  switch (reply.kind) {
    case "edit":
      return sendCompletion(
        response,
        call,
        call.isCommitMessage ? COMMIT_MESSAGE : editReply(call, reply.edit),
      );
    case "no-change":
      return sendCompletion(response, call, NO_CHANGE_REPLY);
    case "text":
      return sendCompletion(response, call, reply.text);
    case "malformed":
      return sendCompletion(response, call, malformedReply(call));
    case "empty":
      return sendCompletion(response, call, "");
    case "invalid-json":
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"choices": [{"message": {"content": "cut he');
      return;
    case "status":
      return sendError(response, reply);
    case "cut":
      return sendCut(response, call, editReply(call));
    case "hang":
      return;
    case "slow":
      await delay(reply.delayMs, undefined, { signal });
      return answer(response, call, reply.reply ?? { kind: "edit" }, signal);
  }
}

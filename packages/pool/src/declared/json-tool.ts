import type { JsonLinesMessage } from "../connections/json-lines-format.ts";
import { jsonLinesProtocol } from "../connections/json-lines-protocol.ts";
import { FAILURE_CLASSES } from "../contract/agent.ts";
import type { ConnectionEvent } from "../contract/connection-event.ts";
import type { ToolProcess } from "../contract/process-host.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { promptOf, toTask } from "./agent-prompt.ts";
import type { JsonLinesFraming, ToolDefinition } from "./definition.ts";
import { failureFinder } from "./failures.ts";
import { valueAt } from "./message-path.ts";
import type { OneContext } from "./one-context.ts";
import { fillJson } from "./template.ts";

const EVENTS = ["text", "notice", "edit", "usage", "setback"];

/** The result of a request with the whole message that it came in. */
export interface JsonAnswer {
  readonly result: unknown;
  readonly message: unknown;
}

/** Speaks with a tool that takes and gives JSON, a message a line. */
export function connectJson(
  definition: ToolDefinition,
  framing: JsonLinesFraming,
  process: ToolProcess,
  trace: FramingTrace | undefined,
): OneContext<unknown, JsonAnswer> {
  // Where answers have no id, they belong to what was asked last.
  let lastId = 0;
  const line = (template: unknown): ((id: number) => unknown) | undefined =>
    template === undefined
      ? undefined
      : (id) => {
          lastId = id;
          return fillJson(template, { id });
        };
  const [reset, ping] = [line(framing.reset), line(framing.ping)];
  const { cancel } = framing;
  return jsonLinesProtocol<unknown, JsonAnswer>({
    announcesReady: framing.ready !== undefined,
    skipsOtherLines: framing.otherLines === "skip",
    encode(id, request) {
      lastId = id;
      return encodeRequest(definition, framing, id, request);
    },
    decode: decoderOf(definition, framing, () => lastId),
    ...(cancel === undefined ? {} : { cancel: (id) => fillJson(cancel, { id }) }),
    ...(reset && { reset }),
    ...(ping && { ping }),
    ...(trace && { trace }),
  })(process);
}

function encodeRequest(
  definition: ToolDefinition,
  framing: JsonLinesFraming,
  id: number,
  request: unknown,
): unknown {
  const task = toTask(request);
  return fillJson(framing.request ?? { id: "{{id}}", request: "{{request}}" }, {
    id,
    request,
    message: task.message,
    prompt: promptOf(definition, task),
    files: task.files ?? [],
    readOnlyFiles: task.readOnlyFiles ?? [],
    model: task.model ?? null,
    workspace: task.workspace ?? ".",
  });
}

function decoderOf(
  definition: ToolDefinition,
  framing: JsonLinesFraming,
  lastId: () => number,
): (line: unknown) => JsonLinesMessage {
  const failureOf = failureFinder(definition.errors ?? []);
  const { id: idPath = "id", result = "result", error = "error", event = "event", ready } = framing;
  const { errorMessage, errorClass } = framing;
  return (message) => {
    if (ready !== undefined && isReady(ready, message)) return { kind: "ready" };
    const id = idPath === false ? lastId() : valueAt(message, idPath);
    if (typeof id !== "number") return { kind: "ignored" };
    const failed = valueAt(message, error);
    if (failed !== undefined && failed !== null && failed !== false) {
      const words = valueAt(message, errorMessage ?? `${error}.message`) ?? failed;
      const text = typeof words === "string" ? words : JSON.stringify(words);
      const known = failureOf({ answer: text, stderr: "" });
      const named = valueAt(message, errorClass ?? `${error}.class`);
      return {
        kind: "error",
        id,
        failureClass:
          FAILURE_CLASSES.find((each) => each === named) ?? known?.failureClass ?? "refused",
        message: known?.message ?? text,
        ...(known?.retryAfterMs == null ? {} : { retryAfterMs: known.retryAfterMs }),
      };
    }
    const told = eventOf(valueAt(message, event));
    if (told !== undefined) return { kind: "event", id, event: told };
    const value = valueAt(message, result);
    if (value === undefined) return { kind: "ignored" };
    return { kind: "result", id, result: { result: value, message } satisfies JsonAnswer };
  };
}

function isReady(
  { path, equals }: { readonly path: string; readonly equals?: unknown },
  message: unknown,
): boolean {
  const value = valueAt(message, path);
  return equals === undefined
    ? value !== undefined
    : JSON.stringify(value) === JSON.stringify(equals);
}

function eventOf(value: unknown): ConnectionEvent | undefined {
  if (typeof value === "string") return { type: "text", text: value };
  const { type } = (value ?? {}) as { readonly type?: unknown };
  return EVENTS.some((known) => known === type) ? (value as ConnectionEvent) : undefined;
}

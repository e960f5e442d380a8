import type { AnyMessage, AnyRequest, Stream } from "@agentclientprotocol/sdk";
import { LineSplitter, ProtocolError, type ToolProcess } from "@cluster/pool";
import { record } from "../proof/usage.ts";
import { type Incoming, parseIncoming } from "./messages.ts";

const MAX_LINE_BYTES = 64 * 1024 * 1024;
const QUOTED = 200;

/** Who hears what does not go through the SDK. */
export interface StreamListener {
  /** In the order of the lines: whatever comes before an answer is told before it. */
  onUpdate(session: string, update: Readonly<Record<string, unknown>>): void;
  /** The prompt of a session has its answer: what comes after it belongs to no turn. */
  onPromptAnswered(session: string): void;
  /** A line that is no message: programs print. */
  onStray(text: string): void;
}

/**
 * The streams of a process, for the SDK. Updates go past it, since it refuses a whole update for one
 * field that it does not know; so do answers that nobody waits for, which it would print to the
 * terminal of whoever uses us.
 */
export function agentStream(process: ToolProcess, listener: StreamListener): Stream {
  /** By id: the session of a prompt, and null for other requests. */
  const awaited = new Map<unknown, string | null>();
  let open = true;
  const readable = new ReadableStream<AnyMessage>(
    {
      start(controller) {
        const end = (error?: Error): void => {
          if (!open) return;
          open = false;
          if (error === undefined) controller.close();
          else controller.error(error);
        };
        const pass = (message: unknown): void => controller.enqueue(message as AnyMessage);
        const splitter = new LineSplitter((line) => {
          if (!open) return;
          const text = line.toString("utf8").trim();
          if (text === "") return;
          const incoming = read(text, listener);
          if (incoming === null) return;
          if (incoming.kind === "update") listener.onUpdate(incoming.session, incoming.update);
          else if (incoming.kind === "call") pass(incoming.message);
          else if (awaited.has(incoming.id)) {
            const session = awaited.get(incoming.id) ?? null;
            awaited.delete(incoming.id);
            if (session !== null) listener.onPromptAnswered(session);
            pass(incoming.message);
          }
        }, MAX_LINE_BYTES);
        process.stdout.on("data", (chunk: Buffer) => {
          try {
            splitter.push(chunk);
          } catch (error) {
            end(error as Error);
          }
        });
        process.stdout.once("close", () => end());
        process.stdout.once("end", () => end());
      },
      // The SDK does so when it cannot write any more; what ends then has nobody to tell.
      cancel() {
        open = false;
      },
    },
    { highWaterMark: Number.POSITIVE_INFINITY },
  );
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      if ("method" in message && "id" in message) awaited.set(message.id, promptedSession(message));
      const { stdin } = process;
      if (!stdin.writable) throw new Error("The agent takes no more input.");
      // Nobody waits for the write: an agent may answer without reading all of it.
      stdin.write(`${JSON.stringify(message)}\n`);
    },
  });
  return { readable, writable };
}

function promptedSession({ method, params }: AnyRequest): string | null {
  const { sessionId } = record(params);
  return method === "session/prompt" && typeof sessionId === "string" ? sessionId : null;
}

/** @throws {ProtocolError} when a line begins as a message and is none. */
function read(text: string, listener: StreamListener): Incoming | null {
  let incoming: Incoming | null = null;
  try {
    incoming = parseIncoming(text);
  } catch (cause) {
    if (text.startsWith("{")) {
      const quoted = JSON.stringify(text.slice(0, QUOTED));
      throw new ProtocolError(`Expected a message of the agent as JSON, found ${quoted}.`, {
        cause,
      });
    }
  }
  if (incoming === null) listener.onStray(text.slice(0, QUOTED));
  return incoming;
}

import { type ConnectionEvent, FAILURE_CLASSES, type FailureClass } from "@cluster/pool";
import { z } from "zod";

/** The first line to a driver. What is secret travels here, where no list of processes shows it. */
export interface StartMessage {
  readonly type: "start";
  readonly arguments: readonly string[];
  readonly retryForMs: number;
  /** Arguments of aider's own command line, should it take the process over. */
  readonly fallbackArguments: readonly string[];
}

/** The first line of a driver. `fallback`: aider's own command line takes the process over. */
export type Handshake =
  | {
      readonly type: "ready";
      readonly protocol: 1;
      readonly aider: string;
      readonly python: string;
      readonly model: string;
      readonly editFormat: string | null;
    }
  | { readonly type: "fallback"; readonly reason: string }
  | { readonly type: "failed"; readonly failureClass: FailureClass; readonly message: string };

/** Tokens of a turn and the requests that the model got. */
export interface DriverUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly modelCalls: number;
}

/** Every other line of a driver. `id` is that of the request it belongs to. */
export type DriverMessage =
  | { readonly type: "event"; readonly id: number; readonly event: ConnectionEvent }
  | {
      readonly type: "question";
      readonly id: number;
      readonly ask: number;
      readonly kind: "confirm" | "text";
      readonly text: string;
      readonly subject: string | null;
    }
  | {
      readonly type: "result";
      readonly id: number;
      readonly reply: string;
      readonly edits: string[];
      readonly usage: DriverUsage;
      readonly costUsd: number | null;
    }
  | {
      readonly type: "failure";
      readonly id: number;
      readonly failureClass: FailureClass;
      readonly message: string;
      readonly retryAfterMs: number | null;
      readonly usage: DriverUsage | null;
    }
  | { readonly type: "cancelled"; readonly id: number }
  | { readonly type: "done"; readonly id: number };

const failureClass = z.enum(FAILURE_CLASSES);
const id = z.number();
const usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  modelCalls: z.number(),
});

const level = z.enum(["info", "warning", "error"]);
const event = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("notice"), level, text: z.string() }),
  z.object({ type: z.literal("edit"), path: z.string() }),
  z.object({ type: z.literal("setback"), failureClass, message: z.string() }),
]);

const handshake: z.ZodType<Handshake> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    protocol: z.literal(1),
    aider: z.string(),
    python: z.string(),
    model: z.string(),
    editFormat: z.string().nullable(),
  }),
  z.object({ type: z.literal("fallback"), reason: z.string() }),
  z.object({ type: z.literal("failed"), failureClass, message: z.string() }),
]);

const driverMessage: z.ZodType<DriverMessage> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), id, event }),
  z.object({
    type: z.literal("question"),
    id,
    ask: z.number(),
    kind: z.enum(["confirm", "text"]),
    text: z.string(),
    subject: z.string().nullable(),
  }),
  z.object({
    type: z.literal("result"),
    id,
    reply: z.string(),
    edits: z.array(z.string()),
    usage,
    costUsd: z.number().nullable(),
  }),
  z.object({
    type: z.literal("failure"),
    id,
    failureClass,
    message: z.string(),
    retryAfterMs: z.number().nullable(),
    usage: usage.nullable(),
  }),
  z.object({ type: z.literal("cancelled"), id }),
  z.object({ type: z.literal("done"), id }),
]);

/** @throws when it is something else. */
export function parseHandshake(line: string): Handshake {
  return handshake.parse(JSON.parse(line));
}

/** @throws when it is something else. */
export function parseDriverMessage(message: unknown): DriverMessage {
  return driverMessage.parse(message);
}

import type { IncomingHttpHeaders } from "node:http";
import type { Saying } from "./reply.ts";
import type { AgentModelRequest, AgentWire, ReadRequest } from "./request.ts";

/** JSON that was not looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

/** One protocol between an agent and its model. */
export interface Wire {
  readonly name: AgentWire;
  /** Whether a POST to this path is a request for an answer. */
  answers(path: string): boolean;
  /** The key that came with it. */
  keyOf(headers: IncomingHttpHeaders, url: URL): string | undefined;
  read(body: Json, url: URL): ReadRequest;
  /** A whole answer as the body of a response. */
  body(saying: Saying, request: AgentModelRequest): unknown;
  /** The same as a stream of server-sent events. */
  events(saying: Saying, request: AgentModelRequest): readonly string[];
  error(status: number, message: string): unknown;
}

/** One server-sent event. */
export function event(data: unknown, name?: string): string {
  const head = name === undefined ? "" : `event: ${name}\n`;
  return `${head}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** An object, whatever came. */
export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}

/** A list of objects, whatever came. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** The text of a content: a text itself, or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return objects(content)
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .join("");
}

/** The names of a JSON schema's properties. */
export function parametersOf(schema: unknown): readonly string[] {
  return Object.keys(object(object(schema).properties));
}

/** Four characters a token, as a rule of thumb has it: stable, so that usage can be tested. */
export function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** What an answer costs. */
export function tokensOf(saying: Saying): number {
  return tokens((saying.text ?? "") + JSON.stringify(saying.calls ?? ""));
}

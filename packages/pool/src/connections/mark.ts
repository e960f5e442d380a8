import { randomBytes } from "node:crypto";
import { type EndPattern, sentinelMark } from "../framing/end-pattern.ts";
import type { Sentinel } from "./line-options.ts";

/** A sentinel with its nonce: what to type, and what it looks like. */
export interface Mark {
  readonly command: string;
  readonly mark: EndPattern;
}

/** A sentinel that has never been before. */
export function newMark(sentinel: Sentinel): Mark {
  const nonce = `zz${randomBytes(12).toString("hex")}`;
  const command = sentinel.command(nonce);
  return { command, mark: sentinelMark(sentinel.output(nonce), command) };
}

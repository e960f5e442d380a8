import { ToolFailure } from "../errors/turn-errors.ts";
import { HOW_TO_MEND, mayRunAway, withinTime } from "../framing/guarded-expression.ts";
import type { Unfinished } from "./definition.ts";

const SHOWN = 60;
/** Up to there, even the square of the text is soon gone through. */
const SHORT = 16_384;

/**
 * Finds in a request what it begins and does not end: a quote, a comment, a block. The tool would wait for
 * the rest, and take for it what is typed behind the request, so that no end of an answer ever came.
 *
 * @returns A function that refuses such a request.
 */
export function unfinishedCheck(unfinished: Unfinished): (request: string) => void {
  const expressions = expressionsOfUnfinished(unfinished);
  const risky = Object.values(expressions).some(({ source }) => mayRunAway(source));
  return (request) => {
    const begun =
      risky || request.length > SHORT
        ? withinTime(
            () => lastBegun(expressions, request),
            request.length,
            (cause) => tookTooLong(request, cause),
          )
        : lastBegun(expressions, request);
    if (begun !== null) throw refusal(request, begun);
  };
}

/** Where a request begins what it does not end. */
function lastBegun({ parts, levels }: UnfinishedExpressions, request: string): number | null {
  const begun: number[] = [];
  parts.lastIndex = 0;
  for (let match = parts.exec(request); match !== null; match = parts.exec(request)) {
    const { groups = {}, index } = match;
    if (groups.open !== undefined) return index;
    if (groups.begins !== undefined) begun.push(index);
    if (groups.ends !== undefined) begun.pop();
    if (groups.nested !== undefined) {
      const end = endOfNest(levels, request, index);
      if (end === null) return index;
      parts.lastIndex = end;
    } else if (match[0] === "") parts.lastIndex += 1;
  }
  return begun.at(-1) ?? null;
}

/** Where what begins at a place ends, with all of its kind that it holds; null when it does not. */
function endOfNest(levels: RegExp, request: string, begin: number): number | null {
  levels.lastIndex = begin;
  let depth = 0;
  for (const { 0: found, groups = {}, index } of request.matchAll(levels)) {
    depth += groups.begins === undefined ? -1 : 1;
    if (depth === 0) return index + found.length;
  }
  return null;
}

interface UnfinishedExpressions {
  /** Goes over a request from the left: what is whole is passed, and not looked into. */
  readonly parts: RegExp;
  /** Goes over what is nested. */
  readonly levels: RegExp;
}

/** @throws {SyntaxError} when one of them is no regular expression */
export function expressionsOfUnfinished(unfinished: Unfinished): UnfinishedExpressions {
  const { whole = [], nested, begins = [], ends = [], open = [], flags = "" } = unfinished;
  const alternatives = [
    ...(nested === undefined ? [] : [`(?<nested>${nested.begins})`]),
    ...(begins.length === 0 ? [] : [`(?<begins>${begins.join("|")})`]),
    ...(ends.length === 0 ? [] : [`(?<ends>${ends.join("|")})`]),
    ...whole,
    ...(open.length === 0 ? [] : [`(?<open>${open.join("|")})`]),
  ];
  const { begins: down = "", ends: up = "" } = nested ?? {};
  const all = `${flags.replace(/[gy]/g, "")}g`;
  return {
    parts: new RegExp(alternatives.join("|"), all),
    levels: new RegExp(`(?<begins>${down})|(?<ends>${up})`, all),
  };
}

function tookTooLong(request: string, cause: unknown): ToolFailure {
  return new ToolFailure(
    "environment",
    "The expressions of `unfinished` in the tool's file took longer than a second on a request of " +
      `${request.length} characters. Nothing was sent. ${HOW_TO_MEND}`,
    { cause },
  );
}

function refusal(request: string, index: number): ToolFailure {
  const line = request.slice(0, index).split("\n").length;
  const rest = request.slice(index).trimStart();
  const shown = rest.length > SHOWN ? `${rest.slice(0, SHOWN)}…` : rest;
  return new ToolFailure(
    "refused",
    `The request begins in line ${line} what it does not end: ${JSON.stringify(shown)}. ` +
      "Nothing was sent, since the tool would wait for the rest. End it, and send it again.",
  );
}

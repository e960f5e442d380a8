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
  const expression = expressionOfUnfinished(unfinished);
  const { whole = [], begins = [], ends = [], open = [] } = unfinished;
  const risky = [...whole, ...begins, ...ends, ...open].some(mayRunAway);
  return (request) => {
    const begun =
      risky || request.length > SHORT
        ? withinTime(
            () => lastBegun(expression, request),
            request.length,
            (cause) => tookTooLong(request, cause),
          )
        : lastBegun(expression, request);
    if (begun !== null) throw refusal(request, begun);
  };
}

/** Where a request begins what it does not end. */
function lastBegun(expression: RegExp, request: string): number | null {
  const begun: number[] = [];
  for (const { groups = {}, index } of request.matchAll(expression)) {
    if (groups.open !== undefined) return index;
    if (groups.begins !== undefined) begun.push(index);
    if (groups.ends !== undefined) begun.pop();
  }
  return begun.at(-1) ?? null;
}

/** One expression that goes over a request from the left: what is whole is passed, and not looked into. */
export function expressionOfUnfinished(unfinished: Unfinished): RegExp {
  const { whole = [], begins = [], ends = [], open = [], flags = "" } = unfinished;
  const alternatives = [
    ...(begins.length === 0 ? [] : [`(?<begins>${begins.join("|")})`]),
    ...(ends.length === 0 ? [] : [`(?<ends>${ends.join("|")})`]),
    ...whole,
    ...(open.length === 0 ? [] : [`(?<open>${open.join("|")})`]),
  ];
  return new RegExp(alternatives.join("|"), `${flags.replace(/[gy]/g, "")}g`);
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

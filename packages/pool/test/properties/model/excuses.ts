import type { QuickTurn } from "@cluster/testkit";
import type { PoolErrorCode } from "../../../src/index.ts";
import { IDLE_TIMEOUT_MS, TURN_TIMEOUT_MS } from "./configuration.ts";
import type { Model } from "./model.ts";
import type { RequestModel } from "./records.ts";

type Ending = PoolErrorCode | "done";

/** What a turn may end with when the tool did this last. */
const ENDINGS: Readonly<Partial<Record<QuickTurn, readonly Ending[]>>> = {
  answer: ["done"],
  twice: ["done"],
  talk: ["done"],
  garbage: ["done"],
  stubborn: ["done"],
  child: ["done"],
  runaway: ["done"],
  fail: ["TOOL_FAILED"],
  die: ["PROCESS_EXITED"],
  // Whether it is read before its exit is heard of is a race.
  "answer-and-die": ["done", "PROCESS_EXITED"],
  nonsense: ["PROTOCOL_VIOLATION"],
  flood: ["TURN_OUTPUT_LIMIT"],
  "flood-stderr": ["TURN_OUTPUT_LIMIT"],
  "close-stdout": ["PROCESS_EXITED", "PROTOCOL_VIOLATION"],
};

/** Every way in which a turn that runs may end, given what the commands did. */
export function codesThatMayEnd(model: Model, request: RequestModel): ReadonlySet<string> {
  const { told, process, givenUp, excuses } = request;
  const state = model.instances[request.instance ?? -1]?.state;
  const may = new Set<Ending>(excuses);
  for (const turn of told) for (const ending of ENDINGS[turn] ?? []) may.add(ending);
  if (givenUp) may.add("TURN_CANCELLED");
  if (model.state === "closed") may.add("POOL_CLOSED");
  for (const code of expiries(model, request)) may.add(code);
  const { doom } = process ?? {};
  if (process === null || process.state !== "ready") {
    // It ended just before the turn began.
    may.add("PROCESS_EXITED");
  }
  if (
    doom?.has("deadly") ||
    doom?.has("ordered") ||
    doom?.has("shut-down") ||
    doom?.has("silent")
  ) {
    may.add("PROCESS_EXITED");
  }
  if (state === "stopped" || state === "failed") may.add("INSTANCE_UNAVAILABLE");
  const before = process?.served.filter((other) => other !== request) ?? [];
  const toldBefore = new Set(before.flatMap((other) => other.told));
  // What it says after its answer may come when the next turn is under way.
  if (toldBefore.has("garbage")) may.add("PROTOCOL_VIOLATION");
  if (toldBefore.has("answer-and-die")) may.add("PROCESS_EXITED");
  return may;
}

/** How a request may be refused before it begins. */
export function codesThatMayRefuse(
  model: Model,
  request: Pick<RequestModel, "excuses" | "givenUp" | "wish" | "since">,
): ReadonlySet<string> {
  const { excuses, givenUp, wish, since } = request;
  const may = new Set<Ending>(excuses);
  if (givenUp) may.add("TURN_CANCELLED").add("WAIT_CANCELLED");
  if (model.state === "closed") may.add("POOL_CLOSED");
  const suitable = model.instances.filter(({ index }) => {
    return wish.instance === undefined || wish.whenGone === "any" || wish.instance === index;
  });
  if (suitable.every(({ index }) => model.wasHopeless(index, since)))
    may.add("INSTANCE_UNAVAILABLE");
  return may;
}

/** Whether one of its deadlines has passed. */
export function mayHaveExpired(model: Model, request: RequestModel): boolean {
  return expiries(model, request).length > 0;
}

function expiries(model: Model, request: RequestModel): Ending[] {
  const { turnDeadline, idleDeadline, began } = request;
  const age = model.clock.elapsed() - began;
  return [
    ...(turnDeadline && age >= TURN_TIMEOUT_MS - 5 ? (["TURN_TIMEOUT"] as const) : []),
    ...(idleDeadline && age >= IDLE_TIMEOUT_MS - 5 ? (["TURN_IDLE_TIMEOUT"] as const) : []),
  ];
}

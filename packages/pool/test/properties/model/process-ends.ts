import type { TerminationReason } from "../../../src/index.ts";
import { mayHaveExpired } from "./excuses.ts";
import type { Model } from "./model.ts";
import type { Doom, ProcessModel, RequestModel } from "./records.ts";

/** What must have been before a process ends for each reason. */
const EXPLAINED_BY: Readonly<Record<TerminationReason, readonly Doom[]>> = {
  shutdown: ["shut-down"],
  stop: ["ordered"],
  restart: ["ordered"],
  "start-failed": ["bad-start", "deadly", "ordered", "shut-down", "expired"],
  "turn-timeout": ["expired"],
  "turn-cancelled": ["given-up"],
  "turn-output-limit": ["flood"],
  "protocol-violation": ["out-of-step"],
  reset: ["forgotten"],
  replaced: ["forgotten", "out-of-step", "given-up", "expired", "flood", "deadly"],
  recycled: ["worn"],
  "ping-failed": ["silent", "out-of-step", "deadly"],
  "turn-over": [],
  exited: ["deadly", "bad-start"],
};

/** No process ends without a reason, nor for another one than the pool says. */
export function explainEnd(model: Model, process: ProcessModel, reason: TerminationReason): void {
  const why = new Set(process.doom);
  if (isWorn(model, process)) why.add("worn");
  for (const request of process.served) for (const doom of doomOf(model, request)) why.add(doom);
  model.expect(
    EXPLAINED_BY[reason].some((doom) => why.has(doom)),
    () => {
      const known = [...why].join(", ") || "nothing";
      const { generation, instance } = process;
      return `process ${generation} of instance ${instance} ended as ${reason}, and what was done to it is: ${known}`;
    },
  );
}

/** Whether it has served long enough to be recycled. */
export function isWorn(model: Model, { served, bornAt }: ProcessModel): boolean {
  const { turns = Number.POSITIVE_INFINITY, ageMs = Number.POSITIVE_INFINITY } =
    model.configuration.recycle;
  const over = served.filter(({ state }) => state === "over").length;
  return over >= turns || model.clock.elapsed() - bornAt >= ageMs - 5;
}

function doomOf(model: Model, request: RequestModel): Doom[] {
  const { told, givenUp, release, lease } = request;
  const doom: Doom[] = [];
  if (givenUp) doom.push("given-up", "out-of-step");
  if (mayHaveExpired(model, request)) doom.push("expired");
  // Only the process that served is replaced, never its successor.
  const mode = lease === null ? release : (lease.mode ?? "keep");
  if (mode !== "keep") doom.push("forgotten");
  for (const turn of told) {
    if (turn === "die" || turn === "answer-and-die") doom.push("deadly");
    if (turn === "flood" || turn === "flood-stderr") doom.push("flood", "deadly");
    if (turn === "half" || turn === "nonsense" || turn === "garbage" || turn === "close-stdout") {
      doom.push("out-of-step", "deadly");
    }
  }
  return doom;
}

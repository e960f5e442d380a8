import type { RunEvent } from "../contract/run-event.ts";
import type { RefusingModel, RunStatus } from "./run-status.ts";

/** What tells that turns are held back, or no longer. */
export type LimitEvent = Extract<
  RunEvent,
  {
    type:
      | "run.paused"
      | "run.probing"
      | "run.continued"
      | "run.switched"
      | "run.concurrency"
      | "run.memory"
      | "run.canary"
      | "run.canary-judged";
  }
>;

/** The status after an event that tells of limits. */
export function foldLimits(status: RunStatus, event: LimitEvent): RunStatus {
  switch (event.type) {
    case "run.paused": {
      const { tool, model, until } = event;
      return refusing(status, [
        ...others(status.refusing, event),
        named(tool, model, until, false),
      ]);
    }
    case "run.probing": {
      const { tool, model, at } = event;
      return refusing(status, [...others(status.refusing, event), named(tool, model, at, true)]);
    }
    case "run.continued":
    case "run.switched":
      return refusing(status, others(status.refusing, event));
    case "run.concurrency": {
      const { tool, model, limit, of } = event;
      const rest = others(status.limited, event);
      return { ...status, limited: limit < of ? [...rest, { tool, model, limit }] : rest };
    }
    case "run.memory":
      return { ...status, memoryLow: event.low };
    case "run.canary":
      return { ...status, canary: true };
    case "run.canary-judged":
      return { ...status, canary: false };
  }
}

function named(tool: string, model: string | null, until: number, probing: boolean): RefusingModel {
  return { tool, model, until, probing };
}

function refusing(status: RunStatus, all: readonly RefusingModel[]): RunStatus {
  const waits = all.filter(({ probing }) => !probing).map(({ until }) => until);
  return { ...status, refusing: all, pausedUntil: waits.length > 0 ? Math.max(...waits) : null };
}

interface Named {
  readonly tool: string;
  readonly model: string | null;
}

function others<Entry extends Named>(all: readonly Entry[], { tool, model }: Named): Entry[] {
  return all.filter((entry) => entry.tool !== tool || entry.model !== model);
}

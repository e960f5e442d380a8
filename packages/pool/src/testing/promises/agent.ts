import { isAbsolute } from "node:path";
import type { AgentResult, Usage } from "../../contract/agent.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench, Trial } from "../bench/bench.ts";
import { answered, shown } from "../bench/turns.ts";
import { broken, notOffered } from "../verdict.ts";

export const AGENT_PROMISES: readonly AdapterPromise[] = [
  {
    id: "agent.result",
    sentence: "tells all that an agent's result has, with paths relative to the workspace",
    remedy:
      "Fill every key of AgentResult; paths in claimedEdits are relative to the workspace, with forward slashes.",
    async keep(bench) {
      const result = await agentResult(bench, await bench.shared());
      if (typeof result.reply !== "string")
        broken(`Expected a reply, found ${shown(result.reply)}.`);
      for (const name of ["claimedEdits", "questions"] as const) {
        if (!Array.isArray(result[name])) {
          broken(`Expected a list of ${name}, found ${shown(result[name])}.`);
        }
      }
      for (const path of result.claimedEdits) {
        if (typeof path !== "string" || isAbsolute(path) || path.split("/").includes("..")) {
          broken(`Expected paths relative to the workspace, found ${shown(path)}.`);
        }
      }
    },
  },
  {
    id: "agent.usage",
    sentence: "counts tokens and dollars of the turn itself, or says that they are unknown",
    remedy:
      'Report what the turn itself took: where the tool counts for the session, take off what it said before. "unknown" where it says nothing.',
    async keep(bench) {
      const turns: AgentResult[] = [];
      // A process of its own: what is added up begins with it.
      const trial = await bench.own();
      for (let n = 0; n < 3; n += 1) turns.push(await agentResult(bench, trial));
      for (const { usage, costUsd } of turns) {
        if (usage !== "unknown") checkUsage(usage);
        if (costUsd !== "unknown" && !(Number.isFinite(costUsd) && costUsd >= 0)) {
          broken(`Expected US dollars or "unknown", found ${shown(costUsd)}.`);
        }
      }
      countedApart("tokens", ...turns.map(({ usage }) => (usage === "unknown" ? 0 : total(usage))));
      countedApart("dollars", ...turns.map(({ costUsd }) => (costUsd === "unknown" ? 0 : costUsd)));
    },
  },
];

async function agentResult<Request, Result>(
  bench: Bench<Request, Result>,
  { pool }: Trial<Request, Result>,
): Promise<AgentResult> {
  const runner = { run: (request: Request) => pool.run(request, { release: "reset" }) };
  const result: unknown = await answered(runner, await bench.nextExchange());
  if (typeof result !== "object" || result === null || !("usage" in result)) {
    notOffered("its result is not that of an agent");
  }
  return result as AgentResult;
}

function checkUsage(usage: Usage): void {
  for (const name of ["inputTokens", "outputTokens"] as const) {
    if (!Number.isSafeInteger(usage?.[name]) || usage[name] < 0) {
      broken(`Expected whole ${name}, or usage "unknown", found ${shown(usage)}.`);
    }
  }
  if (total(usage) === 0) {
    broken('Expected usage "unknown" where nothing was counted, found no tokens at all.');
  }
}

/** Requests that work are alike, and the context was forgotten between them. */
function countedApart(what: string, first = 0, _second = 0, third = 0): void {
  if (first === 0 || third <= 2 * first) return;
  broken(
    `Expected each of three like turns to be counted by itself, found ${first} ${what} for ` +
      `the first and ${third} for the third, as if it had been added up.`,
  );
}

function total({ inputTokens, outputTokens }: Usage): number {
  return inputTokens + outputTokens;
}

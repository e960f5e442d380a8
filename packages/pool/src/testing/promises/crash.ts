import { failureClassOf } from "../../errors/turn-errors.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import { failureOf, serves, underWay } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

export const CRASH_PROMISES: readonly AdapterPromise[] = [
  {
    id: "crash.killed",
    sentence: "calls a turn failed whose process is killed, and serves on with another one",
    remedy:
      "Reject run() when the process exits before the answer is whole; ProcessExitedError says so best.",
    needs: ["slow"],
    async keep(bench) {
      const trial = await bench.own();
      if (!bench.oneShot) await trial.pool.ready();
      const turn = trial.pool.run(await bench.sample(bench.samples.slow));
      turn.catch(() => {});
      await underWay(bench, trial, turn);
      // A one-shot tool is started with its turn.
      for (let n = 0; n < 1000 && trial.watched.latest === undefined; n += 1) {
        await underWay(bench, trial, turn);
      }
      trial.watched.latest?.process.kill("SIGKILL", "group");
      expectCrash(await failureOf(turn, "a turn whose process was killed"));
      await serves(bench, trial.pool, "after a crash");
    },
  },
  {
    id: "crash.exits",
    sentence: "calls a turn failed in which its tool ends by itself, whatever the exit code",
    remedy:
      "Reject run() when the process exits before the answer is whole, with exit code 0 too. Where the exit ends the answer, say capabilities.oneShot.",
    needs: ["dies"],
    async keep(bench) {
      const { pool } = await bench.own();
      const turn = pool.run(await bench.sample(bench.samples.dies));
      expectCrash(await failureOf(turn, "a turn in which the tool ended"));
      await serves(bench, pool, "after the tool ended in a turn");
    },
  },
];

function expectCrash(error: Error): void {
  const found = failureClassOf(error);
  if (found === "crash") return;
  broken(`Expected a failure of class "crash", found "${found}": ${describeError(error)}`, error);
}

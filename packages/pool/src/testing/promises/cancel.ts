import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench, Trial } from "../bench/bench.ts";
import { failureOf, serves, underWay } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

/** How long a pool may take to end a turn that was given up, beyond its own patience. */
const SLACK_MS = 30_000;

export const CANCEL_PROMISES: readonly AdapterPromise[] = [
  {
    id: "cancel.next",
    sentence: "lets nothing of a cancelled turn reach the next one",
    needs: ["slow"],
    async keep(bench) {
      const trial = await bench.own();
      await trial.pool.ready();
      for (const when of ["at once", "under way"] as const) {
        await cancelled(bench, trial, when);
        await serves(bench, trial.pool, `after a turn that was cancelled ${when}`);
      }
    },
  },
  {
    id: "cancel.keeps-process",
    sentence: "stops a turn without losing its process, where it says that it can",
    needs: ["slow"],
    async keep(bench) {
      await bench.offered("interrupt");
      const trial = await bench.own();
      await trial.pool.ready();
      await cancelled(bench, trial, "under way");
      const { generation } = trial.pool.status().instances[0] ?? {};
      if (generation !== 1) {
        broken(
          "Expected interrupt() to bring the protocol in step again, found that it rejected or took " +
            "longer than interruptTimeoutMs, and the process was replaced.",
        );
      }
      await serves(bench, trial.pool, "after a turn that was interrupted");
    },
  },
  {
    id: "deadline.turn",
    sentence: "ends a turn at its deadline, and nothing of it reaches the next one",
    needs: ["slow"],
    async keep(bench) {
      const { pool } = await bench.own();
      await pool.ready();
      const request = await bench.sample(bench.samples.slow);
      const { settleMs } = bench.options;
      const error = await failureOf(pool.run(request, { turnTimeoutMs: settleMs }), "samples.slow");
      expectCode(error, "TURN_TIMEOUT", "a turn over its deadline");
      await serves(bench, pool, "after a turn over its deadline");
    },
  },
  {
    id: "deadline.idle",
    sentence: "does not hide the silence of its tool",
    needs: ["silent"],
    async keep(bench) {
      const { pool } = await bench.own();
      await pool.ready();
      const request = await bench.sample(bench.samples.silent);
      const { settleMs } = bench.options;
      // Long enough for whatever it says at first.
      const deadlines = { idleTimeoutMs: 2 * settleMs, turnTimeoutMs: 40 * settleMs };
      const error = await failureOf(pool.run(request, deadlines), "samples.silent");
      expectCode(error, "TURN_IDLE_TIMEOUT", "a turn in which the tool is silent");
      await serves(bench, pool, "after a turn in which the tool fell silent");
    },
  },
];

async function cancelled<Request, Result>(
  bench: Bench<Request, Result>,
  trial: Trial<Request, Result>,
  when: "at once" | "under way",
): Promise<void> {
  const turn = trial.pool.run(await bench.sample(bench.samples.slow));
  turn.catch(() => {});
  if (when === "at once") await turn.assigned;
  else await underWay(bench, trial, turn);
  turn.cancel("conformance");
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`it had not ended ${SLACK_MS} ms later`)), SLACK_MS).unref();
  });
  const error = await failureOf(Promise.race([turn, late]), "a cancelled turn");
  expectCode(error, "TURN_CANCELLED", "a cancelled turn");
}

function expectCode(error: Error, code: string, what: string): void {
  if ((error as { readonly code?: string }).code === code) return;
  broken(`Expected ${code} of ${what}, found ${describeError(error)}`, error);
}

import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench, Trial } from "../bench/bench.ts";
import { failureOf, serves, soon, underWay } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

/** How long a pool may take to end a turn that was given up, beyond its own patience. */
const SLACK_MS = 30_000;

export const CANCEL_PROMISES: readonly AdapterPromise[] = [
  {
    id: "cancel.next",
    sentence: "lets nothing of a cancelled turn reach the next one",
    remedy:
      "Let interrupt() resolve only when the tool has said its last word of the stopped turn, or leave it out: the process is then replaced.",
    needs: ["slow"],
    async keep(bench) {
      const trial = await bench.own();
      await trial.pool.ready();
      const talksAnyway = bench.oneShot || (await saysSomething(bench, trial));
      for (const when of ["at once", "under way"] as const) {
        await cancelled(bench, trial, when);
        await serves(bench, trial.pool, `after a turn that was cancelled ${when}`);
      }
      if (!talksAnyway) await expectSilence(bench, trial);
    },
  },
  {
    id: "cancel.keeps-process",
    sentence: "stops a turn without losing its process, where it says that it can",
    remedy:
      "Let interrupt() resolve as soon as the tool takes input again, or leave it out: the process is then replaced.",
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
    remedy:
      "Let interrupt() resolve only when the tool has said its last word of the stopped turn, or leave it out: the process is then replaced.",
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
    remedy:
      "Emit an event for what the tool says, and for nothing else: no timer of the adapter's own.",
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

/** What was cancelled is over, though nobody hears what the tool may still say of it. */
async function expectSilence<Request, Result>(
  bench: Bench<Request, Result>,
  trial: Trial<Request, Result>,
): Promise<void> {
  if (bench.current(trial).connection.interrupt === undefined) return;
  // Its last words may come now; whatever comes behind those is the turn, which goes on.
  await saysSomething(bench, trial);
  if (!(await saysSomething(bench, trial))) return;
  broken("Expected a cancelled turn to be over, found that its tool goes on saying something.");
}

/** Whether the tool says anything while nobody asks. */
async function saysSomething<Request, Result>(
  { options: { settleMs } }: Bench<Request, Result>,
  { watched }: Trial<Request, Result>,
): Promise<boolean> {
  const before = watched.said;
  await soon(2 * settleMs);
  return watched.said > before;
}

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

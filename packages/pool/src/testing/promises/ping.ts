import type { PoolEvent } from "../../events/pool-event.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import { serves } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

export const PING_PROMISES: readonly AdapterPromise[] = [
  {
    id: "ping.answers",
    sentence: "answers when it is asked between turns whether it lives",
    remedy:
      "Let ping() ask the tool something cheap, and resolve when it answers; or leave it out.",
    async keep(bench) {
      const trial = await bench.offered("ping");
      await using lease = await trial.pool.lease();
      const { connection } = bench.current(trial);
      for (let n = 0; n < 3; n += 1) {
        const signal = AbortSignal.timeout(Math.max(10_000, bench.options.pingTimeoutMs));
        try {
          // Raced: one that does not listen to its signal would be waited for in vain.
          await Promise.race([connection.ping?.(signal), aborted(signal)]);
        } catch (error) {
          broken(
            `Expected ping() of a fit process to resolve, found ${describeError(error)}`,
            error,
          );
        }
      }
      await serves(bench, lease, "after a ping");
    },
  },
  {
    id: "ping.stopped",
    sentence: "is found dead between turns when its process is stopped",
    remedy:
      "Let ping() wait for an answer of the tool itself: that its pid is there shows nothing.",
    async keep(bench) {
      await bench.offered("ping");
      const { pingTimeoutMs } = bench.options;
      const trial = await bench.own({ pingIntervalMs: 100, pingTimeoutMs });
      const { pool } = trial;
      await pool.ready();
      const ended = new Promise<PoolEvent & { type: "process.ended" }>((resolve) => {
        pool.subscribe((event) => {
          if (event.type === "process.ended") resolve(event);
        });
      });
      bench.current(trial).process.kill("SIGSTOP", "group");
      const noticed = await Promise.race([ended, afterMs(3 * pingTimeoutMs + 5_000)]);
      if (noticed === undefined) {
        bench.current(trial).process.kill("SIGKILL", "group");
        broken(
          "Expected ping() to fail for a stopped process, found that it resolves all the same.",
        );
      }
      await serves(bench, pool, "after a stopped process was replaced");
    },
  },
];

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function afterMs(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}

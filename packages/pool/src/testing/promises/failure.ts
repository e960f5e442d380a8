import { FAILURE_CLASSES, type FailureClass } from "../../contract/agent.ts";
import { failureClassOf, ToolFailure } from "../../errors/turn-errors.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import { failureOf, serves, shown } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

const WHAT: Readonly<Record<FailureClass, string>> = {
  auth: "a refused key",
  quota: "a spent quota",
  overload: "a provider that is down",
  context: "a request that is too large",
  malformed: "a reply that cannot be applied",
  refused: "a refusal",
  timeout: "a tool that takes too long",
  crash: "a crash",
  protocol: "a broken protocol",
  environment: "what is missing or misconfigured",
  unproven: "a success that nothing proves",
};

export const FAILURE_PROMISES: readonly AdapterPromise[] = FAILURE_CLASSES.map((failureClass) => ({
  id: `failure.${failureClass}`,
  sentence: `reports ${WHAT[failureClass]} as "${failureClass}"`,
  remedy: `Throw new ToolFailure("${failureClass}", message) for it, which leaves the process in service.`,
  needs: [`fails.${failureClass}` as const],
  async keep(bench) {
    const sample = await bench.sample(bench.samples.fails?.[failureClass]);
    const { adapter } = sample;
    const trial = await (adapter === undefined ? bench.shared() : bench.own({ other: adapter }));
    const before = trial.pool.status().instances[0]?.generation;
    const error = await failureOf(trial.pool.run(sample.request), `samples.fails.${failureClass}`);
    const found = failureClassOf(error);
    if (found !== failureClass) {
      broken(
        `Expected a failure of class "${failureClass}", found "${found}": ${describeError(error)}`,
        error,
      );
    }
    if (error.message.trim() === "")
      broken("Expected a message that says what failed, found none.");
    const { retryAfterMs } = sample;
    if (retryAfterMs !== undefined && (error as ToolFailure).retryAfterMs !== retryAfterMs) {
      broken(
        `Expected that it asks to wait for ${retryAfterMs} ms, found ` +
          `${shown((error as ToolFailure).retryAfterMs)}.`,
      );
    }
    if (adapter !== undefined) return;
    await serves(bench, trial.pool, `after ${WHAT[failureClass]}`);
    const after = trial.pool.status().instances[0]?.generation;
    if (error instanceof ToolFailure && !bench.oneShot && before !== after) {
      broken(
        "Expected the process to take another request after a ToolFailure, found it replaced.",
      );
    }
  },
}));

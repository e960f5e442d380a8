import type { ToolAdapter } from "../contract/tool-adapter.ts";
import type { AdapterPromise } from "./adapter-promise.ts";
import { Bench } from "./bench/bench.ts";
import { checkNames } from "./check-names.ts";
import type { ConformanceOptions } from "./options.ts";
import { promises } from "./promises.ts";
import { hasSample, type Samples } from "./samples.ts";
import { BrokenPromise, describeError, NotTried, type Verdict } from "./verdict.ts";

/** A promise, and what was found of it. */
export interface Judgement {
  readonly id: string;
  readonly sentence: string;
  /** What to look at where it is broken. */
  readonly remedy: string;
  readonly verdict: Verdict;
}

/** Tries promises of one adapter, one after the other. Dispose of it in the end. */
export class Judge<Request, Result> implements AsyncDisposable {
  readonly #bench: Bench<Request, Result>;
  /** The first fundamental promise that was broken: nothing can be tried behind it. */
  #fallen: AdapterPromise | null = null;

  constructor(
    adapter: ToolAdapter<Request, Result>,
    samples: Samples<Request, Result>,
    options: ConformanceOptions<Request, Result> = {},
  ) {
    this.#bench = new Bench(adapter, samples, options);
  }

  /** Never rejects: whatever goes wrong is the adapter's, or stands in the verdict. */
  async judge(promise: AdapterPromise): Promise<Verdict> {
    if (this.#fallen !== null) {
      return { kind: "not-shown", reason: `"${this.#fallen.id}" is broken` };
    }
    const missing = missingSamples(promise, this.#bench.samples);
    if (missing !== null) return { kind: "not-shown", reason: missing };
    const verdict = await this.#tried(promise);
    if (verdict.kind === "broken" && promise.fundamental === true) this.#fallen = promise;
    return verdict;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bench[Symbol.asyncDispose]();
  }

  async #tried(promise: AdapterPromise): Promise<Verdict> {
    let verdict: Verdict = { kind: "kept" };
    try {
      await this.#inTime(promise.keep(this.#bench));
    } catch (thrown) {
      verdict = asVerdict(thrown);
    }
    await this.#bench.tidy(verdict.kind !== "broken");
    return verdict;
  }

  async #inTime(trial: Promise<void>): Promise<void> {
    const { promiseTimeoutMs } = this.#bench.options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(
          new BrokenPromise(`Expected it to be shown in ${promiseTimeoutMs} ms, found no end.`),
        );
      }, promiseTimeoutMs);
    });
    try {
      await Promise.race([trial, late]);
    } finally {
      clearTimeout(timer);
      // What goes on for all that fails when its pools are shut down.
      trial.catch(() => {});
    }
  }
}

/** Why a promise cannot be shown with these samples; null when it can. */
export function missingSamples<Request, Result>(
  { needs = [] }: AdapterPromise,
  samples: Samples<Request, Result>,
): string | null {
  const missing = needs.filter((name) => !hasSample(samples, name));
  return missing.length === 0 ? null : `give samples.${missing.join(" and samples.")}`;
}

function asVerdict(thrown: unknown): Verdict {
  if (thrown instanceof NotTried) return { kind: thrown.kind, reason: thrown.message };
  if (thrown instanceof BrokenPromise) {
    const { message: reason, cause } = thrown;
    return { kind: "broken", reason, ...(cause === undefined ? {} : { cause }) };
  }
  return { kind: "broken", reason: `It failed with ${describeError(thrown)}`, cause: thrown };
}

/**
 * Tries an adapter on real processes, without a test runner.
 *
 *     const judgements = await judgeAdapter(adapter, { works: (n) => … });
 *     const broken = judgements.filter(({ verdict }) => verdict.kind === "broken");
 *
 * @param only Ids of promises. @default all
 * @returns What was found of each promise, in their order.
 * @throws {PoolError} OPTION_INVALID when a sample or option does not exist
 */
export async function judgeAdapter<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  samples: Samples<Request, Result>,
  options: ConformanceOptions<Request, Result> & { readonly only?: readonly string[] } = {},
): Promise<readonly Judgement[]> {
  checkNames({ by: "judgeAdapter", own: "only" }, samples, options);
  await using judge = new Judge(adapter, samples, options);
  const judgements: Judgement[] = [];
  for (const promise of promises) {
    if (options.only?.includes(promise.id) === false) continue;
    const { id, sentence, remedy } = promise;
    judgements.push({ id, sentence, remedy, verdict: await judge.judge(promise) });
  }
  return judgements;
}

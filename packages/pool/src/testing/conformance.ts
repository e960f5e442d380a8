import { afterAll, describe, test } from "vitest";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import { PoolError } from "../errors/pool-error.ts";
import type { AdapterPromise } from "./adapter-promise.ts";
import { checkNames } from "./check-names.ts";
import { Judge, missingSamples } from "./judge.ts";
import { type ConformanceOptions, compileConformance } from "./options.ts";
import { promises } from "./promises.ts";
import type { Samples } from "./samples.ts";
import { summaryOf } from "./summary.ts";
import { BrokenPromise, type Verdict } from "./verdict.ts";

/** What besides the promises themselves is asked of an adapter. */
export interface ConformanceTestOptions<Request, Result>
  extends ConformanceOptions<Request, Result> {
  /**
   * Ids of promises that must be kept: one that is not shown or not offered then fails. `"all"` for
   * every one. @default none: those are reported as skipped, with what is missing
   */
  readonly require?: "all" | readonly string[];
}

/**
 * Registers a vitest test for every promise of an adapter's contract. A promise for which a sample is
 * missing is a skipped test that names the sample; what was not tried stands in a summary behind the tests.
 *
 *     conformance(myAdapter, {
 *       works: (n) => ({ request: `print(${n})`, check: (answer) => answer === String(n) }),
 *       slow: () => "import time; time.sleep(60)",
 *     });
 *
 * @throws {PoolError} OPTION_INVALID when `require` names no promise, or a sample or option does not exist
 */
export function conformance<Request, Result>(
  adapter: ToolAdapter<Request, Result>,
  samples: Samples<Request, Result>,
  options: ConformanceTestOptions<Request, Result> = {},
): void {
  checkNames({ by: "conformance", own: "require" }, samples, options);
  const { require: required = [] } = options;
  // Beyond the judge's own patience, which then says what took so long.
  const timeout = compileConformance(options).promiseTimeoutMs + 60_000;
  checkRequired(required);
  const mustBeKept = ({ id }: AdapterPromise): boolean =>
    required === "all" || required.includes(id);
  describe(`the adapter "${adapter.name}"`, () => {
    const judge = new Judge(adapter, samples, options);
    const findings = new Map<string, Verdict>();
    let anyTried = false;
    afterAll(async () => {
      await judge[Symbol.asyncDispose]();
      if (anyTried) console.log(summaryOf(adapter.name, findings));
    });
    for (const promise of promises) {
      const name = `${promise.sentence} (${promise.id})`;
      const missing = missingSamples(promise, samples);
      if (missing !== null && !mustBeKept(promise)) {
        findings.set(promise.id, { kind: "not-shown", reason: missing });
        test.skip(`${name}: not shown, ${missing}`, () => {});
        continue;
      }
      test(name, { timeout }, async (context) => {
        anyTried = true;
        const verdict = await judge.judge(promise);
        findings.set(promise.id, verdict);
        if (verdict.kind === "kept") return;
        if (verdict.kind === "broken") throw asFailure(verdict, promise);
        const note = `${verdict.kind.replace("-", " ")}: ${verdict.reason}`;
        if (mustBeKept(promise)) throw new Error(`It is required, but ${note}.`);
        context.skip(note);
      });
    }
  });
}

/** What the author reads: no trace, since no line of ours says where the adapter is wrong. */
function asFailure(
  { reason, cause }: Extract<Verdict, { kind: "broken" }>,
  { remedy }: AdapterPromise,
): Error {
  const message = `${reason}\nWhat to do: ${remedy}`;
  const failure = new BrokenPromise(message, cause === undefined ? undefined : { cause });
  failure.stack = `${failure.name}: ${message}`;
  return failure;
}

function checkRequired(required: "all" | readonly string[]): void {
  if (required === "all") return;
  const unknown = required.find((id) => !promises.some((promise) => promise.id === id));
  if (unknown === undefined) return;
  throw new PoolError(
    "OPTION_INVALID",
    `conformance: expected ids of promises in require, found "${unknown}". ` +
      `Known: ${promises.map(({ id }) => id).join(", ")}.`,
  );
}

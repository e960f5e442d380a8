import { randomBytes } from "node:crypto";
import type { ProcessSpec } from "../../contract/process-host.ts";
import { inheritedEnvironment } from "../../environment/inherited-environment.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import { environmentOf } from "../bench/family.ts";
import { answered } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

/**
 * Stand in our environment while a process is started, and must not reach it: one looks like a secret, as
 * those that an adapter may leave out by their names, and one does not.
 */
const CANARIES = ["CONFORMANCE_TOKEN", "CONFORMANCE"];

export const START_PROMISES: readonly AdapterPromise[] = [
  {
    id: "start.ready",
    sentence: "is ready, and answers the request that comes right then",
    remedy:
      "Let ready() wait for what the tool prints when it takes its first request; that it was started shows nothing.",
    fundamental: true,
    async keep(bench) {
      const { pool } = await bench.own();
      try {
        await pool.ready();
      } catch (error) {
        broken(`Expected it to become ready, found ${describeError(error)}`, error);
      }
      // Whether the answer is right is the next question.
      const { request } = await bench.nextExchange();
      await answered(pool, { request, check: () => true }, "the first request");
    },
  },
  {
    id: "start.environment",
    sentence: "hands on no variable of its caller's environment that it does not name",
    remedy:
      'Make `env` with inheritedEnvironment({ … }, ["MY_TOOL_KEY"]), anew for each start; a host of your own gives the process that, and no more.',
    async keep(bench) {
      // Of this trial only: others may be under way.
      const trial = randomBytes(6).toString("hex");
      const canaries = CANARIES.map((name) => `${name}_${trial}`);
      for (const canary of canaries) process.env[canary] = "conformance";
      try {
        const { pool, watched } = await bench.own();
        await pool.ready();
        if (bench.oneShot) await answered(pool, await bench.nextExchange());
        for (const spec of watched.specs) {
          const found = canaries.filter((canary) => Object.hasOwn(spec.env, canary));
          expectNone(found.length > 0 ? found : mostOfOurs(spec));
        }
        for (const { process } of watched.seen) {
          const given = process.pid === null ? "" : environmentOf(process.pid);
          expectNone(canaries.filter((canary) => given.includes(canary)));
        }
      } finally {
        for (const canary of canaries) delete process.env[canary];
      }
    },
  },
];

function expectNone(found: readonly string[]): void {
  if (found.length === 0) return;
  const shown = found.slice(0, 5).join(", ");
  broken(
    "Expected only the variables that it names, found that its process is given others of its caller's " +
      `environment, keys and all: ${shown}${found.length > 5 ? ` and ${found.length - 5} more` : ""}.`,
  );
}

/** The variables that nobody needs to run, when most of them are handed on: copied before we put ours there. */
function mostOfOurs({ env }: ProcessSpec): readonly string[] {
  const usual = inheritedEnvironment();
  const ours = Object.keys(process.env).filter(
    (name) => !Object.hasOwn(usual, name) && !CANARIES.some((canary) => name.startsWith(canary)),
  );
  const handedOn = ours.filter((name) => env[name] === process.env[name]);
  return ours.length >= 4 && handedOn.length > ours.length / 2 ? handedOn : [];
}

import { randomBytes } from "node:crypto";
import type { AdapterPromise } from "../adapter-promise.ts";
import { answered } from "../bench/turns.ts";
import { broken, describeError } from "../verdict.ts";

/** Stands in our environment while a process is started, and must not reach it. */
const CANARY = "CONFORMANCE_TOKEN";

export const START_PROMISES: readonly AdapterPromise[] = [
  {
    id: "start.ready",
    sentence: "is ready, and answers the request that comes right then",
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
    async keep(bench) {
      // Of this trial only: others may be under way.
      const canary = `${CANARY}_${randomBytes(6).toString("hex")}`;
      process.env[canary] = "conformance";
      try {
        const { pool, watched } = await bench.own();
        await pool.ready();
        if (bench.oneShot) await answered(pool, await bench.nextExchange());
        if (watched.specs.some(({ env }) => Object.hasOwn(env, canary))) {
          broken(
            "Expected only the variables that it names (inheritedEnvironment does that), found that " +
              "its process is given the whole environment of its caller, keys and all.",
          );
        }
      } finally {
        delete process.env[canary];
      }
    },
  },
];

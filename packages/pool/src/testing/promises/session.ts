import type { LeaseSession } from "../../lease/lease.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench } from "../bench/bench.ts";
import { answered, type Runner } from "../bench/turns.ts";
import { broken, describeError, notShown } from "../verdict.ts";
import { asked, newSecret, planted } from "./context.ts";

export const SESSION_PROMISES: readonly AdapterPromise[] = [
  {
    id: "session.answers",
    sentence: "answers in several sessions of one process, each with its own answers",
    remedy: "Tell the answers of sessions apart by the session's id.",
    keep: (bench) =>
      withSessions(bench, async (one, other) => {
        for (let round = 0; round < 2; round += 1) {
          await answered(one, await bench.nextExchange(), "a request in one session");
          await answered(other, await bench.nextExchange(), "a request in another session");
        }
      }),
  },
  {
    id: "session.own-context",
    sentence: "tells no session what another one was told",
    remedy: "Open a session in the tool for each openSession(), and name it in each of its turns.",
    needs: ["secret"],
    keep: (bench) =>
      withSessions(bench, async (one, other) => {
        const secret = newSecret();
        await planted(bench, one, secret);
        if ((await asked(bench, other)).includes(secret)) {
          broken("Expected nothing of one session in another, found the secret.");
        }
        if (!(await asked(bench, one)).includes(secret)) {
          notShown("it does not tell the secret within the same session either");
        }
      }),
  },
];

/** Two sessions of one process, which is ours alone meanwhile. */
async function withSessions<Request, Result>(
  bench: Bench<Request, Result>,
  use: (one: Runner<Request, Result>, other: Runner<Request, Result>) => Promise<void>,
): Promise<void> {
  const { pool } = await bench.offered("openSession");
  await using lease = await pool.lease();
  let one: LeaseSession<Request, Result>;
  let other: LeaseSession<Request, Result>;
  try {
    one = await lease.openSession();
    other = await lease.openSession();
  } catch (error) {
    broken(`Expected openSession() to open one more, found ${describeError(error)}`, error);
  }
  await use(one, other);
  try {
    await one.close();
    await other.close();
  } catch (error) {
    broken(`Expected a session to be closed, found ${describeError(error)}`, error);
  }
}

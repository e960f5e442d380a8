import type { Answer } from "../../contract/question.ts";
import type { ToolSession, TurnContext } from "../../contract/tool-connection.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench } from "../bench/bench.ts";
import { answered } from "../bench/turns.ts";
import { broken, describeError, notShown } from "../verdict.ts";
import { asked, newSecret, planted } from "./context.ts";

interface Runner<Request, Result> {
  run(request: Request): Promise<Result>;
}

export const SESSION_PROMISES: readonly AdapterPromise[] = [
  {
    id: "session.answers",
    sentence: "answers in several sessions of one process, each with its own answers",
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
  const trial = await bench.offered("openSession");
  await using _lease = await trial.pool.lease();
  const { connection } = bench.current(trial);
  const { cwd } = await bench.place();
  const { turnTimeoutMs } = bench.options;
  const opened: ToolSession<Request, Result>[] = [];
  for (let n = 0; n < 2; n += 1) {
    try {
      const signal = AbortSignal.timeout(turnTimeoutMs);
      const session = await connection.openSession?.({ cwd, signal });
      if (session !== undefined) opened.push(session);
    } catch (error) {
      broken(`Expected openSession() to open one more, found ${describeError(error)}`, error);
    }
  }
  const [one, other] = opened.map((session) => ({
    run: (request: Request) => session.run(request, quietContext(turnTimeoutMs)),
  }));
  if (one !== undefined && other !== undefined) await use(one, other);
  for (const session of opened) await session.close?.();
}

function quietContext(turnTimeoutMs: number): TurnContext {
  return {
    signal: AbortSignal.timeout(turnTimeoutMs),
    emit: () => {},
    ask: async (): Promise<Answer> => ({ kind: "confirm", yes: false }),
    endedBy: () => {},
  };
}

import { randomUUID } from "node:crypto";
import { ToolFailure } from "../../errors/turn-errors.ts";
import type { ReleaseMode } from "../../pool/options.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench, Trial } from "../bench/bench.ts";
import { type Runner, serves } from "../bench/turns.ts";
import { broken, describeError, notOffered, notShown } from "../verdict.ts";

export const CONTEXT_PROMISES: readonly AdapterPromise[] = [
  {
    id: "context.kept",
    sentence: "remembers within a conversation what it was told, where it says that it does",
    remedy:
      "Send all turns of a connection to one session of the tool, or take `conversation` out of capabilities.",
    needs: ["secret"],
    async keep(bench) {
      if (bench.adapter.capabilities?.conversation !== true) {
        notOffered("its capabilities do not say `conversation`");
      }
      if (!(await toldInConversation(bench))) {
        broken("Expected the secret in the next turn of the same lease, found nothing of it.");
      }
    },
  },
  {
    id: "context.reset",
    sentence: "tells nobody after a reset what it was told before",
    remedy:
      "Let reset() begin a new session in the tool each time, or leave it out: the process is then replaced.",
    needs: ["secret"],
    keep: (bench) => forgets(bench, "reset"),
  },
  {
    id: "context.reset-keeps-process",
    sentence: "forgets without losing its process, where it says that it can",
    remedy:
      "Let reset() resolve when the tool has forgotten, within resetTimeoutMs, or leave it out.",
    async keep(bench) {
      await bench.offered("reset");
      const { pool } = await bench.own({ afterTurn: "reset" });
      await pool.ready();
      await serves(bench, pool, "before a reset");
      await (await pool.lease()).release("reset");
      if (pool.status().instances[0]?.generation !== 1) {
        broken(
          "Expected reset() to forget and keep the process, found that it rejected or took longer " +
            "than resetTimeoutMs, and the process was replaced.",
        );
      }
      await serves(bench, pool, "after a reset");
    },
  },
  {
    id: "context.replaced",
    sentence: "tells nobody in a new process what the one before was told",
    remedy:
      "The tool keeps something on the disk: switch its history off, or give each process a folder of its own.",
    needs: ["secret"],
    keep: (bench) => forgets(bench, "replace"),
  },
];

async function forgets<Request, Result>(
  bench: Bench<Request, Result>,
  mode: ReleaseMode,
): Promise<void> {
  // Otherwise a tool that never tells would seem to forget.
  if (!bench.oneShot && !(await toldInConversation(bench))) {
    notShown("it does not tell the secret within the same conversation either");
  }
  const trial = await bench.own();
  // A reset may do its work only once.
  for (const which of mode === "reset" ? ["first", "second"] : ["first"]) {
    const secret = newSecret();
    const lease = await trial.pool.lease();
    await planted(bench, lease, secret);
    await lease.release(mode);
    if ((await asked(bench, trial.pool)).includes(secret)) {
      broken(
        `Expected nothing of the context after the ${which} "${mode}", found the secret that was told before.`,
      );
    }
  }
}

async function toldInConversation<Request, Result>(
  bench: Bench<Request, Result>,
): Promise<boolean> {
  const trial: Trial<Request, Result> = await bench.own();
  await using lease = await trial.pool.lease();
  const secret = newSecret();
  await planted(bench, lease, secret);
  return (await asked(bench, lease)).includes(secret);
}

/** Letters and digits, which survive whatever a tool makes of a text. */
export function newSecret(): string {
  return `secret${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** A secret is told. */
export async function planted<Request, Result>(
  bench: Bench<Request, Result>,
  runner: Runner<Request, Result>,
  secret: string,
): Promise<void> {
  const { samples } = bench;
  const request = await samples.secret?.plant(secret, await bench.place());
  try {
    await runner.run(request as Request);
  } catch (error) {
    broken(`Expected an answer to samples.secret.plant, found ${describeError(error)}`, error);
  }
}

/** What comes of asking for a secret. */
export async function asked<Request, Result>(
  bench: Bench<Request, Result>,
  runner: Runner<Request, Result>,
): Promise<string> {
  const { secret } = bench.samples;
  const request = await bench.sample(secret?.ask);
  let result: Result;
  try {
    result = await runner.run(request);
  } catch (error) {
    // Many a tool calls it a failure when it has nothing to tell.
    if (error instanceof ToolFailure) return error.message;
    broken(`Expected an answer to samples.secret.ask, found ${describeError(error)}`, error);
  }
  if (secret?.read !== undefined) return secret.read(result);
  return typeof result === "string" ? result : (JSON.stringify(result) ?? "");
}

import { fileURLToPath } from "node:url";
import { createPool, jsonLinesProtocol, type Pool } from "@cluster/pool";
import type { Benchmark, Reading } from "../runner/benchmark.ts";

const WITH = "with a spare";
const WITHOUT = "without";
const SPARES = 2;

/** How long the work stands still when a worker dies. */
export const spare: Benchmark = {
  name: "spare",
  title: "A worker is killed in a turn",
  about:
    "A pool of one Node worker; its process gets SIGKILL in the middle of a turn. From there to the " +
    `answer of the next turn, which was sent at that moment. With ${SPARES} spares, 100 kills a round; ` +
    "without one, 10, with a restart that waits no longer than 1 ms.",
  quantities: {
    p50: { label: "the middle one, ms", digits: 1 },
    p99: { label: "p99, ms", digits: 1 },
    most: { label: "the longest, ms", digits: 1 },
  },
  claims: [
    {
      what: "worker killed in a turn, to the answer of the next turn on a spare: p99",
      unit: "ms",
      digits: 1,
      bar: { atMost: 10 },
      of: (round) => round[WITH]?.p99 ?? Number.NaN,
    },
  ],
  async prepare(scale) {
    const kills = scale === "full" ? 100 : 2;
    const pools = [makePool(SPARES), makePool(0)] as const;
    await Promise.all(pools.map((pool) => pool.ready()));
    return {
      ways: [
        { name: WITH, measure: () => killAndAsk(pools[0], kills, SPARES) },
        { name: WITHOUT, measure: () => killAndAsk(pools[1], Math.ceil(kills / 10), 0) },
      ],
      async [Symbol.asyncDispose]() {
        await Promise.all(pools.map((pool) => pool.shutdown()));
      },
    };
  },
};

interface Order {
  readonly hang?: true;
  readonly echo?: number;
}

function makePool(spares: number): Pool<Order, unknown> {
  return createPool<Order, unknown>({
    adapter: {
      name: "worker",
      command: () => ({
        file: process.execPath,
        args: [fileURLToPath(new URL("./tool.mjs", import.meta.url))],
      }),
      connect: jsonLinesProtocol(),
    },
    spares,
    restart: { intensity: 1_000_000, backoffMs: 1, maxBackoffMs: 1 },
  });
}

async function killAndAsk(
  pool: Pool<Order, unknown>,
  kills: number,
  spares: number,
): Promise<Reading> {
  const took: number[] = [];
  for (let number = 0; number < kills; number += 1) {
    await until(pool, () => {
      const status = pool.status();
      return status.spares.ready === spares && status.instances[0]?.state === "ready";
    });
    const doomed = pool.run({ hang: true });
    const failure = doomed.catch((error: unknown) => error);
    await halfWay(doomed);
    const { pid } = pool.status().instances[0] ?? {};
    if (pid == null) throw new Error("Expected a process in a turn.");
    const began = performance.now();
    process.kill(pid, "SIGKILL");
    const answer = await pool.run({ echo: number });
    took.push(performance.now() - began);
    if (answer !== number) throw new Error(`Expected ${number}, found ${String(answer)}.`);
    const error = (await failure) as { readonly code?: unknown };
    if (error.code !== "PROCESS_EXITED") {
      throw new Error("Expected the turn to be rejected with PROCESS_EXITED.", { cause: error });
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.ceil(took.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), most: at(1) };
}

/** The tool says that it has begun. */
async function halfWay(turn: AsyncIterable<{ readonly type: string }>): Promise<void> {
  for await (const event of turn) if (event.type === "text") return;
}

/** Looks again at each event of the pool. */
async function until(pool: Pool<Order, unknown>, isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise<void>((resolve) => {
    const forget = pool.subscribe(() => {
      if (!isSo()) return;
      forget();
      resolve();
    });
  });
}

import { expectTypeOf, test } from "vitest";
import {
  createPool,
  type Distribution,
  type EndSignal,
  type FailureClass,
  failureClassOf,
  type Lease,
  lineProtocol,
  oneShot,
  type Pool,
  type PoolEvent,
  type PoolStats,
  type ToolAdapter,
  type Turn,
  type TurnEvent,
  type WaitOptions,
} from "../../src/index.ts";

interface Ask {
  readonly question: string;
}
interface Reply {
  readonly text: string;
  readonly tokens: number;
}
declare const adapter: ToolAdapter<Ask, Reply>;

// Checked by the compiler; nothing here is run.
function inferred(): void {
  const pool = createPool({ adapter, size: 3 });
  expectTypeOf(pool).toEqualTypeOf<Pool<Ask, Reply>>();
  expectTypeOf(pool.run({ question: "?" })).toEqualTypeOf<Turn<Reply>>();
  expectTypeOf(pool.lease()).resolves.toEqualTypeOf<Lease<Ask, Reply>>();
  expectTypeOf<Parameters<Lease<Ask, Reply>["run"]>[0]>().toEqualTypeOf<Ask>();
  expectTypeOf<Awaited<Turn<Reply>>>().toEqualTypeOf<Reply>();
  expectTypeOf<Turn<Reply>["assigned"]>().toEqualTypeOf<Promise<number>>();
  expectTypeOf<Turn<Reply>["endedBy"]>().toEqualTypeOf<EndSignal | null>();
  expectTypeOf<Turn<Reply>>().toExtend<Promise<Reply> & AsyncIterable<TurnEvent>>();
  expectTypeOf(pool.subscribe).parameter(0).parameter(0).toEqualTypeOf<PoolEvent>();
  // @ts-expect-error a request of another form
  pool.run("question");
  // @ts-expect-error an option that does not exist
  createPool({ adapter, siez: 3 });
  pool.run({ question: "?" }, { priority: 1, fairnessKey: "x", instance: 0, whenGone: "any" });
  // @ts-expect-error a priority in words
  pool.run({ question: "?" }, { priority: "high" });
  // @ts-expect-error a choice that does not exist
  void pool.lease({ instance: 0, whenGone: "wait" });
  expectTypeOf(pool.stats()).toEqualTypeOf<PoolStats>();
  expectTypeOf<PoolStats["waitMs"]>().toEqualTypeOf<Distribution>();
  expectTypeOf(failureClassOf).returns.toEqualTypeOf<FailureClass | null>();
  const { signal } = new AbortController();
  for (const wait of [pool.ready, pool.drain, pool.shutdown, pool.capacity]) {
    expectTypeOf(wait).parameter(0).toExtend<WaitOptions | undefined>();
    expectTypeOf(wait).returns.toEqualTypeOf<Promise<void>>();
  }
  for (const order of [pool.start, pool.stop, pool.restart, pool.resize]) {
    expectTypeOf(order).toBeCallableWith(0, { signal });
  }
  // @ts-expect-error a release that does not exist
  pool.run({ question: "?" }, { release: "drop" });

  const lines = createPool({
    adapter: { name: "x", command: () => ({ file: "x" }), connect: lineProtocol({ prompt: "> " }) },
  });
  expectTypeOf(lines).toEqualTypeOf<Pool<string, string>>();

  // @ts-expect-error a request that would reach the tool in no way
  oneShot();
  // @ts-expect-error the same
  oneShot({ parse: ({ stdout }) => stdout });
  const once = createPool({
    adapter: {
      name: "once",
      capabilities: { oneShot: true },
      command: (_slot, request: Ask | undefined) => ({ file: request?.question ?? "" }),
      connect: oneShot<Ask, number>({ input: "arguments", parse: ({ stdout }) => Number(stdout) }),
    },
  });
  expectTypeOf(once).toEqualTypeOf<Pool<Ask, number>>();
}

test("requests and results are inferred from the adapter, through pool, lease and turn", () => {
  expectTypeOf(inferred).toEqualTypeOf<() => void>();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InstanceState } from "../../src/index.ts";
import { type Candidate, Dispatcher } from "../../src/lease/dispatcher.ts";

/** An instance without a process. */
class Place implements Candidate {
  readonly index: number;
  readonly oneShot = false;
  readonly retiring = false;
  readonly failure = null;
  state: InstanceState = "ready";
  leased = false;
  conversation: object = {};
  started = 0;

  constructor(index: number, state: InstanceState = "ready") {
    this.index = index;
    this.state = state;
  }

  get available(): boolean {
    return this.state === "ready" && !this.leased;
  }

  get hopeful(): boolean {
    return this.state !== "stopped" && this.state !== "failed";
  }

  take(): void {
    if (!this.available) throw new Error(`instance ${this.index} was given out twice`);
    this.leased = true;
  }

  async start(): Promise<void> {
    this.started += 1;
    this.state = "starting";
  }
}

function places(count: number, state?: InstanceState): Place[] {
  return Array.from({ length: count }, (_, index) => new Place(index, state));
}

function dispatcherOf(instances: readonly Place[], maxQueue = Number.POSITIVE_INFINITY) {
  return new Dispatcher<Place>(() => instances, maxQueue);
}

describe("Dispatcher", () => {
  test("keeps its promises whatever happens: order, places, keys, and nobody waits for a free one", async () => {
    const operation = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          do: fc.constant("ask" as const),
          instance: fc.option(fc.nat(2)),
          key: fc.option(fc.constantFrom("a", "b")),
          avoid: fc.subarray([0, 1, 2]),
          whenGone: fc.constantFrom("reject" as const, "any" as const),
          priority: fc.constantFrom(0, 0, 1),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant("free" as const), instance: fc.nat(2) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant("crash" as const), instance: fc.nat(2) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant("back" as const), instance: fc.nat(2) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant("stop" as const), instance: fc.nat(2) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const instances = places(3);
        const dispatcher = dispatcherOf(instances);
        const homes = new Map<string, { instance: number; conversation: object }>();
        const livingHome = (key: string | null): number | null => {
          const home = key === null ? undefined : homes.get(key);
          const place = home === undefined ? undefined : instances[home.instance];
          if (place?.hopeful !== true) return null;
          return place.conversation === home?.conversation ? place.index : null;
        };
        const open = new Set<{
          order: number;
          priority: number;
          instance: number | null;
          key: string | null;
          whenGone: "reject" | "any";
        }>();
        let settled = 0;
        let asked = 0;
        const settle = async (): Promise<void> => {
          for (let n = 0; n < 6; n += 1) await Promise.resolve();
        };
        for (const step of operations) {
          if (step.do === "ask") {
            const { instance, key, whenGone, priority } = step;
            const gone = whenGone === "any" && instances[instance ?? 0]?.hopeful === false;
            const wish = {
              order: asked,
              priority,
              instance: gone ? null : instance,
              key,
              whenGone,
            };
            asked += 1;
            open.add(wish);
            const ask = async (): Promise<void> => {
              try {
                const given = await dispatcher.acquire({
                  avoid: step.avoid,
                  whenGone,
                  priority,
                  ...(step.instance === null ? {} : { instance: step.instance }),
                  ...(step.key === null ? {} : { key: step.key }),
                });
                if (wish.instance !== null) expect(given.index).toBe(wish.instance);
                const home = livingHome(step.key);
                if (wish.instance === null && home !== null) expect(given.index).toBe(home);
                // Nobody who would take it is more urgent, or as urgent and has waited longer.
                for (const other of open) {
                  if (other.priority < priority || other.key !== null) continue;
                  if (other.priority === priority && other.order >= wish.order) continue;
                  expect(other.instance === null || other.instance === given.index).toBe(false);
                }
                if (step.key !== null && home === null) {
                  homes.set(step.key, { instance: given.index, conversation: given.conversation });
                }
              } catch (error) {
                expect(error).toMatchObject({ code: "INSTANCE_UNAVAILABLE" });
              }
              open.delete(wish);
              settled += 1;
            };
            void ask();
          } else {
            const instance = instances[step.instance] as Place;
            if (step.do === "free") instance.leased = false;
            if (step.do === "back" && !instance.available) instance.state = "ready";
            if (step.do === "stop") {
              instance.state = "stopped";
              for (const wish of open) {
                if (wish.whenGone === "any" && wish.instance === step.instance)
                  wish.instance = null;
              }
            }
            if (step.do === "crash" || step.do === "stop") {
              if (step.do === "crash" && instance.state === "ready") instance.state = "backoff";
              instance.conversation = {};
              dispatcher.forgotten(instance.index);
            }
            dispatcher.schedule();
          }
          await settle();
          expect(settled + dispatcher.waiting).toBe(asked);
          expect(open.size).toBe(dispatcher.waiting);
          for (const instance of instances.filter(({ available }) => available)) {
            for (const { instance: wanted, key } of open) {
              expect(wanted === instance.index || (wanted === null && key === null)).toBe(false);
            }
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("gives the avoided instance to the next one who waits", async () => {
    const instances = places(2);
    const dispatcher = dispatcherOf(instances);
    const [first, second] = instances as [Place, Place];
    first.leased = true;
    second.leased = true;
    const picky = dispatcher.acquire({ avoid: [0] });
    const other = dispatcher.acquire({});
    first.leased = false;
    second.leased = false;
    dispatcher.schedule();
    expect((await picky).index).toBe(1);
    expect((await other).index).toBe(0);
  });

  test("gives an avoided instance when there is no other", async () => {
    const dispatcher = dispatcherOf(places(1));
    expect((await dispatcher.acquire({ avoid: [0] })).index).toBe(0);
  });

  test("starts as many lazy instances as requests wait, and each once", async () => {
    const instances = places(4, "idle");
    const dispatcher = dispatcherOf(instances);
    void dispatcher.acquire({});
    void dispatcher.acquire({ instance: 3 });
    dispatcher.dispatch();
    expect(instances.map(({ started }) => started)).toEqual([1, 0, 0, 1]);
    void dispatcher.acquire({});
    expect(instances.map(({ started }) => started)).toEqual([1, 0, 0, 1]);
    (instances[0] as Place).state = "ready";
    dispatcher.dispatch();
    expect(instances.map(({ started }) => started)).toEqual([1, 0, 0, 1]);
    (instances[3] as Place).state = "ready";
    dispatcher.dispatch();
    expect(instances.map(({ started }) => started)).toEqual([1, 1, 0, 1]);
  });

  test("refuses more than maxQueue, and still serves at once what it can", async () => {
    const instances = places(2);
    const dispatcher = dispatcherOf(instances, 1);
    await dispatcher.acquire({ instance: 0 });
    const waiting = dispatcher.acquire({ instance: 0 });
    await expect(dispatcher.acquire({ instance: 0 })).rejects.toMatchObject({
      code: "QUEUE_FULL",
      message: expect.stringContaining("1 requests wait already"),
    });
    expect((await dispatcher.acquire({})).index).toBe(1);
    (instances[0] as Place).leased = false;
    dispatcher.schedule();
    expect((await waiting).index).toBe(0);
  });

  test("forgets the oldest of more than 10 000 keys", async () => {
    const instances = places(2);
    const dispatcher = dispatcherOf(instances);
    const [first, second] = instances as [Place, Place];
    await dispatcher.acquire({ key: "oldest" });
    first.leased = false;
    for (let n = 0; n < 10_000; n += 1) {
      await dispatcher.acquire({ key: `key ${n}` });
      first.leased = false;
    }
    first.leased = true;
    expect((await dispatcher.acquire({ key: "oldest" })).index).toBe(1);
    second.leased = false;
    const kept = dispatcher.acquire({ key: "key 9999" });
    expect(dispatcher.waitingFor(0)).toBe(1);
    first.leased = false;
    dispatcher.schedule();
    expect((await kept).index).toBe(0);
  });

  test("serves 20 000 waiting requests in linear time", async () => {
    const instances = places(2);
    const dispatcher = dispatcherOf(instances);
    for (const place of instances) place.leased = true;
    let served = 0;
    const all = Array.from({ length: 20_000 }, (_, n) =>
      Promise.resolve(dispatcher.acquire({ key: `key ${n % 100}` })).then((place) => {
        served += 1;
        place.leased = false;
        dispatcher.schedule();
      }),
    );
    const began = performance.now();
    for (const place of instances) place.leased = false;
    dispatcher.schedule();
    await Promise.all(all);
    expect(served).toBe(20_000);
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});

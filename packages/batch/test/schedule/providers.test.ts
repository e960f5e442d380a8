import { expect, test } from "vitest";
import {
  laneOf,
  type OnQuota,
  type Provider,
  type ProviderHappening,
  Providers,
} from "../../src/schedule/providers.ts";
import { FakeClock } from "./fake-clock.ts";

const BIG: Provider = { tool: "aider", model: "big" };
const SMALL: Provider = { tool: "aider", model: "small" };
const REFUSED = { kind: "refused", retryAfterMs: 1_000, message: "enough for today" } as const;

function sample(onQuota: OnQuota = "wait") {
  const clock = new FakeClock();
  const happenings: ProviderHappening[] = [];
  const providers = new Providers({
    clock,
    random: () => 1,
    maxQuotaWaitMs: 900_000,
    ceiling: () => 4,
    onQuota,
    onHappening: (happening) => happenings.push(happening),
  });
  return { clock, providers, happenings, types: () => happenings.map(({ type }) => type) };
}

test("each model of each tool waits for itself", () => {
  const { providers } = sample();
  providers.begin(BIG).end(REFUSED);
  expect(providers.turnRoom(BIG)).toBe(0);
  expect(providers.turnRoom(SMALL)).toBe(4);
  expect(providers.turnRoom({ tool: "other", model: "big" })).toBe(4);
  expect(laneOf({ tool: "aider", model: null })).not.toBe(laneOf(BIG));
});

test("a provider is probed by one turn, and gets fewer at once after a refusal", () => {
  const { clock, providers, types } = sample();
  const turns = [0, 1, 2, 3].map(() => providers.begin(BIG));
  expect(providers.turnRoom(BIG)).toBe(0);
  for (const turn of turns) turn.end(REFUSED);
  clock.advance(1_000);
  expect(providers.turnRoom(BIG)).toBe(1);
  expect(providers.isOpenToAll(BIG)).toBe(false);
  const probe = providers.begin(BIG);
  expect(probe.probe).toBe(true);
  expect(providers.turnRoom(BIG)).toBe(0);
  probe.end({ kind: "answered" });
  expect(providers.turnRoom(BIG)).toBe(2);
  expect(providers.recoveries(BIG)).toBe(1);
  expect(types()).toEqual(["limited", "refuses", "may-be-probed", "answers"]);
});

test("a turn of which nothing has happened stands as long as nobody is refused, a probe always", () => {
  const { clock, providers } = sample();
  const [first, second] = [providers.begin(BIG), providers.begin(BIG)];
  expect(second.stands).toBe(true);
  first.end(REFUSED);
  expect(second.stands).toBe(false);
  second.end({ kind: "unknown" });
  clock.advance(1_000);
  expect(providers.begin(BIG).stands).toBe(true);
});

test("an overload lowers what it gets at once, and closes nothing", () => {
  const { providers } = sample();
  providers.begin(BIG).end({ kind: "overloaded" });
  expect(providers.turnRoom(BIG)).toBe(2);
  expect(providers.isOpenToAll(BIG)).toBe(true);
});

test("with pause the first refusal is the end", () => {
  const { providers, happenings } = sample("pause");
  providers.begin(BIG).end(REFUSED);
  expect(happenings.at(-1)).toMatchObject({ type: "given-up", reason: "enough for today" });
});

test("whoever waits gives up after five probes", () => {
  const { clock, providers, types } = sample();
  providers.begin(BIG).end(REFUSED);
  for (let probes = 0; probes < 5; probes += 1) {
    expect(types()).not.toContain("given-up");
    clock.advance(1_000);
    providers.begin(BIG).end(REFUSED);
  }
  expect(types().at(-1)).toBe("given-up");
});

test("with switchTo tasks go on with the other model, once, and that one is waited for", () => {
  const { clock, providers, happenings, types } = sample({ switchTo: "small" });
  const late = providers.begin(BIG);
  providers.begin(BIG).end(REFUSED);
  expect(happenings.at(-1)).toMatchObject({ type: "replaced", model: "big", by: "small" });
  expect(providers.current(BIG)).toEqual(SMALL);
  expect(providers.turnRoom(BIG)).toBe(4);
  late.end(REFUSED);
  expect(providers.turnRoom(BIG)).toBe(4);
  providers.begin(BIG).end(REFUSED);
  expect(providers.turnRoom(BIG)).toBe(0);
  expect(providers.turnRoom(SMALL)).toBe(0);
  expect(types().filter((type) => type === "replaced")).toHaveLength(1);
  clock.advance(1_000);
  expect(providers.turnRoom(BIG)).toBe(1);
  providers[Symbol.dispose]();
  expect(clock.timers).toBe(0);
});

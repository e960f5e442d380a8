import type { QuickTurn } from "@cluster/testkit";
import fc from "fast-check";
import { RELEASE_MODES } from "../../../../src/pool/options.ts";
import type { Model } from "../model.ts";
import type { RequestModel } from "../records.ts";
import { ask } from "../requesting.ts";
import { choose, type Deed } from "./command.ts";
import { toOptions, wishes } from "./wishes.ts";

/** Most turns are held until a command ends them. */
const FATES: readonly QuickTurn[] = [
  "twice",
  "talk",
  "garbage",
  "fail",
  "die",
  "answer-and-die",
  "half",
  "nonsense",
  "flood",
  "flood-stderr",
  "mute",
  "deaf",
  "freeze",
  "stubborn",
  "close-stdout",
  "child",
  ...(process.platform === "linux" ? (["runaway"] as const) : []),
];
export const plans: fc.Arbitrary<QuickTurn> = fc.oneof(
  { arbitrary: fc.constant<QuickTurn>("hold"), weight: 12 },
  { arbitrary: fc.constant<QuickTurn>("answer"), weight: 6 },
  { arbitrary: fc.constantFrom(...FATES), weight: 4 },
);
const fates: fc.Arbitrary<QuickTurn> = fc.oneof(
  { arbitrary: fc.constant<QuickTurn>("answer"), weight: 6 },
  { arbitrary: fc.constantFrom<QuickTurn>("hold", ...FATES), weight: 5 },
);

export const deadlines: fc.Arbitrary<"none" | "turn" | "idle"> = fc.oneof(
  { arbitrary: fc.constant("none" as const), weight: 5 },
  { arbitrary: fc.constantFrom("turn" as const, "idle" as const), weight: 2 },
);

export const run: fc.Arbitrary<Deed> = fc
  .record({
    plan: plans,
    wish: fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, { arbitrary: wishes, weight: 3 }),
    release: fc.option(fc.constantFrom(...RELEASE_MODES), { nil: undefined, freq: 3 }),
    deadline: deadlines,
  })
  .map(({ wish, ...asked }) => ({
    name: `run(${JSON.stringify({ ...asked, ...wish })})`,
    do: (world) => ask(world, { ...asked, wish: toOptions(world, wish) }),
  }));

/** Several at once, of one caller. */
export const backlog: fc.Arbitrary<Deed> = fc
  .record({
    fairnessKey: fc.constantFrom("u", "v"),
    priority: fc.constantFrom(0, 0, 1),
    count: fc.integer({ min: 2, max: 5 }),
    plan: fc.constantFrom<QuickTurn>("answer", "answer", "hold"),
  })
  .map(({ count, plan, ...wish }) => ({
    name: `backlog(${JSON.stringify({ count, plan, ...wish })})`,
    do: (world) => {
      for (let n = 0; n < count; n += 1) ask(world, { plan, wish, deadline: "none" });
    },
  }));

export const finish: fc.Arbitrary<Deed> = fc.tuple(fc.nat(20), fates).map(([which, how]) => ({
  name: `finish(${which}, ${how})`,
  possible: (model) => model.requests.some(isHeld),
  do: ({ model }) => {
    const request = choose(model.requests.filter(isHeld), which);
    if (request === undefined) return;
    model.note(`  which is ${request.nonce}`);
    request.told.push(how);
    const { answer } = request;
    request.answer = null;
    answer?.(how);
  },
}));

export const cancel: fc.Arbitrary<Deed> = fc.nat(20).map((which) => ({
  name: `cancel(${which})`,
  possible: hasOpen,
  do: ({ model }) => {
    const request = choose(model.openRequests, which);
    model.note(`  which is ${request?.nonce}`);
    if (request === undefined) return;
    request.givenUp = true;
    request.turn?.cancel("cancelled by the test");
  },
}));

export const abort: fc.Arbitrary<Deed> = fc.nat(2).map((which) => ({
  name: `abort(${which})`,
  do: ({ model, signals }) => {
    const controller = signals.get(which);
    if (controller === undefined) return;
    for (const one of [...model.openRequests, ...model.leases]) {
      if (one.wish.signal !== controller.signal) continue;
      // A lease that is out already is not given back by its signal.
      if ("nonce" in one || one.state === "waiting") one.givenUp = true;
    }
    controller.abort(new Error("aborted by the test"));
  },
}));

function isHeld({ answer, state }: RequestModel): boolean {
  return answer !== null && state === "running";
}

function hasOpen(model: Readonly<Model>): boolean {
  return model.requests.some(({ state }) => state !== "over");
}

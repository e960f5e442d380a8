import { findAider } from "@cluster/adapter-aider";
import type { Benchmark, Round } from "../runner/benchmark.ts";
import { ForkedAider } from "./forked-aider.ts";
import { OneShotAider } from "./one-shot-aider.ts";

const ONE_SHOT = "one-shot `aider --message`";
const FORKED = "fresh aider out of the fork server";

const of = (round: Round, way: string, quantity: string): number =>
  round[way]?.[quantity] ?? Number.NaN;

const times = (quantity: string) => (round: Round) =>
  of(round, ONE_SHOT, quantity) / of(round, FORKED, quantity);

/** What a brand-new aider costs for one task, started by itself or forked. */
export const freshAider: Benchmark = {
  name: "fresh-aider",
  title: "A fresh aider for one task",
  about:
    "Real aider, a model on loopback that answers at once, one file to edit. One-shot aider commits " +
    "too, with a second call to the model. The forked one is started, gets ready, takes one turn and is " +
    "gone; its figures are for each of 20, and its processor time has that of the server and of our own " +
    "process in it. Ready: one-shot aider's first call to the model, or a forked aider that takes its " +
    "first task, the start of the server included.",
  quantities: {
    wallMs: { label: "wall, ms", digits: 0 },
    cpuMs: { label: "CPU, ms", digits: 0 },
    readyMs: { label: "ready after, ms", digits: 0 },
    privateMiB: { label: "private memory, MiB", digits: 1 },
  },
  claims: [
    {
      what: "fresh aider forked, ready, one turn at an instant model, gone; CPU against one-shot aider",
      unit: "times less",
      digits: 0,
      bar: { atLeast: 60 },
      of: times("cpuMs"),
    },
    {
      what: "the same, wall",
      unit: "times less",
      digits: 0,
      bar: { atLeast: 60 },
      of: times("wallMs"),
    },
    {
      what: "private memory of each forked aider",
      unit: "MiB",
      digits: 1,
      bar: { atMost: 50 },
      of: (round) => of(round, FORKED, "privateMiB"),
    },
    {
      what: "fork server ready, against one-shot aider's first call to the model",
      unit: "times",
      digits: 2,
      bar: { atMost: 1.2 },
      of: (round) => of(round, FORKED, "readyMs") / of(round, ONE_SHOT, "readyMs"),
    },
  ],
  onlyByName: true,
  async prepare(scale) {
    const aider = await findAider();
    if (!aider.found) throw new Error(`This benchmark needs aider: ${aider.reason}`);
    const oneShot = await OneShotAider.begin(aider.executable);
    const forked = await ForkedAider.begin(aider.executable, scale === "full" ? 20 : 2);
    return {
      ways: [
        { name: ONE_SHOT, measure: () => oneShot.measure() },
        { name: FORKED, measure: () => forked.measure() },
      ],
      async [Symbol.asyncDispose]() {
        await forked.end();
        await oneShot.end();
      },
    };
  },
};

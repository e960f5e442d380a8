import { PROCESS_MARKER } from "../../process/marker.ts";
import type { AdapterPromise } from "../adapter-promise.ts";
import type { Bench, Trial } from "../bench/bench.ts";
import { commandOf, family, living, type Relative } from "../bench/family.ts";
import { serves, soon, underWay } from "../bench/turns.ts";
import { broken, describeError, notShown } from "../verdict.ts";

/** The pool has seen to it by then; this is for the system to take note. */
const GONE_MS = 3_000;
/** A tool that ends by itself may take its time. */
const GOODBYE_MS = 6_000;

export const END_PROMISES: readonly AdapterPromise[] = [
  {
    id: "end.goodbye",
    sentence: "ends at its polite goodbye, without a signal",
    remedy:
      "Let close() say what ends the tool, or end its input, and return; no signal. Leave it out where only a signal ends it: the pool sends that.",
    async keep(bench) {
      await bench.offered("close");
      const trial = await bench.own({ graceMs: GOODBYE_MS });
      await trial.pool.ready();
      await serves(bench, trial.pool, "before the end");
      const { process } = bench.current(trial);
      await trial.pool.shutdown();
      if (trial.watched.signals.includes("SIGTERM")) {
        broken(
          "Expected close() and the end of input to end the tool, found that it took a SIGTERM.",
        );
      }
      const exit = await process.exited;
      if (exit.kind === "signal") {
        broken(`Expected the tool to end by itself, found that ${exit.signal} ended it.`);
      }
    },
  },
  {
    id: "end.nothing-left",
    sentence: "leaves no process behind, whether it is idle in the end or at work",
    remedy:
      "What the tool starts must carry the environment that it was given, and end with it; start nothing beside it that is yours alone.",
    async keep(bench) {
      for (const atWork of bench.samples.slow === undefined ? [false] : [false, true]) {
        const others = await othersIn(bench);
        const trial = await bench.own();
        if (!bench.oneShot) await serves(bench, trial.pool, "before the end");
        const turn = atWork ? trial.pool.run(await bench.sample(bench.samples.slow)) : null;
        turn?.catch(() => {});
        if (turn !== null) await underWay(bench, trial, turn);
        const relatives = (await familyOf(bench, trial)).filter(({ pid }) => !others.has(pid));
        await trial.pool.shutdown();
        await expectGone(relatives, atWork ? "after a shutdown in a turn" : "after a shutdown");
      }
    },
  },
  {
    id: "end.children",
    sentence: "takes along what a turn has started",
    remedy:
      "What a turn starts must carry the environment that the tool was given: without its marker it cannot be found.",
    needs: ["leavesChild"],
    async keep(bench) {
      const trial = await bench.own();
      if (!bench.oneShot) await trial.pool.ready();
      const before = new Set((await familyOf(bench, trial)).map(({ pid }) => pid));
      const request = await bench.sample(bench.samples.leavesChild);
      const finished = trial.pool.run(request);
      try {
        await finished;
      } catch (error) {
        broken(`Expected an answer to samples.leavesChild, found ${describeError(error)}`, error);
      }
      const children = (await familyOf(bench, trial)).filter(({ pid }) => !before.has(pid));
      if (children.length === 0 && !bench.oneShot) {
        notShown("samples.leavesChild leaves no process that lives after its turn");
      }
      await trial.pool.shutdown();
      await expectGone(children, "of those that a turn had started");
    },
  },
];

/** Who works in the folder already: the pool that promises share, say. */
async function othersIn<Request, Result>(bench: Bench<Request, Result>): Promise<Set<number>> {
  const { cwd } = await bench.place();
  const others = await family({ root: null, marker: undefined, cwd });
  return new Set(others.map(({ pid }) => pid));
}

async function familyOf<Request, Result>(
  bench: Bench<Request, Result>,
  { watched }: Trial<Request, Result>,
): Promise<readonly Relative[]> {
  const { cwd } = await bench.place();
  const all = new Map<number, Relative>();
  for (const [at, { process }] of watched.seen.entries()) {
    // Behind those of the pools around this one.
    const marker = watched.specs[at]?.env[PROCESS_MARKER]?.split(":").at(-1);
    for (const relative of await family({ root: process.pid, marker, cwd })) {
      all.set(relative.pid, relative);
    }
  }
  return [...all.values()];
}

async function expectGone(relatives: readonly Relative[], when: string): Promise<void> {
  const deadline = performance.now() + GONE_MS;
  let left = await living(relatives);
  while (left.length > 0 && performance.now() < deadline) {
    await soon(20);
    left = await living(left);
  }
  if (left.length === 0) return;
  const names = await Promise.all(left.map(async ({ pid }) => `${pid} (${await commandOf(pid)})`));
  // Whoever runs the promises should not be left with them.
  for (const { pid } of await living(left)) kill(pid);
  broken(`Expected no process ${when}, found ${names.join(", ")}.`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has gone by itself.
  }
}

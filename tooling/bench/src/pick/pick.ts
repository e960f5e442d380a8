import { type Candidate, STRATEGIES, type Strategy } from "@cluster/routing";
import type { Benchmark, Claim, Reading, Way } from "../runner/benchmark.ts";

const FEW = 5;
const MANY = 1024;
/** Those whose cost does not grow with the number of instances. */
const FLAT: readonly string[] = ["round-robin", "two-choices"];

const few = (name: string): string => `${name}, ${FEW} instances`;
const many = (name: string): string => `${name}, ${MANY} instances`;

/** What it costs to choose an instance. */
export const pick: Benchmark = {
  name: "pick",
  title: "Choosing an instance",
  about:
    "Each strategy chooses among instances with some load and latency, for a request with a number " +
    "and a key that change each time. CPU time of the loop.",
  quantities: { ns: { label: "a pick, ns", digits: 1 } },
  claims: [
    ...Object.keys(STRATEGIES).map((name) => claim(`pick of ${few(name)}`, few(name), 50)),
    ...FLAT.map((name) => claim(`pick of ${many(name)}`, many(name), 200)),
  ],
  slices: 3,
  async prepare(scale) {
    const picks = scale === "full" ? 1_000_000 : 1_000;
    const ways = Object.entries(STRATEGIES).flatMap(([name, strategy]): Way[] => [
      { name: few(name), measure: async () => measure(strategy, FEW, picks) },
      ...(FLAT.includes(name)
        ? [{ name: many(name), measure: async () => measure(strategy, MANY, picks) }]
        : []),
    ]);
    return { ways, async [Symbol.asyncDispose]() {} };
  },
};

function claim(what: string, way: string, atMost: number): Claim {
  const of: Claim["of"] = (round) => round[way]?.ns ?? Number.NaN;
  return { what, unit: "ns", digits: 1, bar: { atMost }, of };
}

const KEYS = Array.from({ length: 64 }, (_, number) => `src/file-${number}.ts`);

function measure(strategy: Strategy, count: number, picks: number): Reading {
  const candidates = Array.from({ length: count }, (_, index): Candidate => {
    // The last one is free, so that the shared queue looks at all of them.
    const inFlight = index === count - 1 ? 0 : 1 + (index % 3);
    return {
      index,
      inFlight,
      latencyMs: 20 + (index % 7),
      latencyAgeMs: 5,
      weight: 1 + (index % 2),
    };
  });
  const request = { sequence: 0, attempt: 1, key: "" };
  let chosen = 0;
  // Of this thread: whoever else is at work on the machine says nothing about a loop that waits for nobody.
  const before = process.threadCpuUsage();
  for (let sequence = 0; sequence < picks; sequence += 1) {
    request.sequence = sequence;
    request.key = KEYS[sequence & 63] ?? "";
    if (strategy.pick(candidates, request) !== null) chosen += 1;
  }
  const { user, system } = process.threadCpuUsage(before);
  if (chosen !== picks) throw new Error(`${strategy.name} chose ${chosen} times of ${picks}.`);
  return { ns: ((user + system) / picks) * 1_000 };
}

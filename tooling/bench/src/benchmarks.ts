import { pick } from "./pick/pick.ts";
import type { Benchmark } from "./runner/benchmark.ts";
import { throughput } from "./throughput/throughput.ts";
import { turn } from "./turn/turn.ts";

/** Every benchmark, in the order of docs/performance.md. */
export const BENCHMARKS: readonly Benchmark[] = [turn, throughput, pick];

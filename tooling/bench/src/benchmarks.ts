import { agents } from "./agents/agents.ts";
import { aiderRollout } from "./aider/aider-rollout.ts";
import { freshAider } from "./aider/fresh-aider.ts";
import { cliTasks } from "./cli-tasks/cli-tasks.ts";
import { flood } from "./flood/flood.ts";
import { idleMemory } from "./idle-memory/idle-memory.ts";
import { journal } from "./journal/journal.ts";
import { landing } from "./landing/landing.ts";
import { longLine } from "./long-line/long-line.ts";
import { pick } from "./pick/pick.ts";
import { resume } from "./resume/resume.ts";
import type { Benchmark } from "./runner/benchmark.ts";
import { shutdown } from "./shutdown/shutdown.ts";
import { spare } from "./spare/spare.ts";
import { throughput } from "./throughput/throughput.ts";
import { tools } from "./tools/tools.ts";
import { turn } from "./turn/turn.ts";

/** Every benchmark, in the order of docs/performance.md. */
export const BENCHMARKS: readonly Benchmark[] = [
  turn,
  throughput,
  spare,
  freshAider,
  aiderRollout,
  agents,
  tools,
  landing,
  cliTasks,
  flood,
  longLine,
  idleMemory,
  shutdown,
  pick,
  journal,
  resume,
];

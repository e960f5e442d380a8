import { AGENT_NAMES, AGENT_PROFILES, findAgent } from "@cluster/adapter-acp";
import type { Benchmark, Round } from "../runner/benchmark.ts";
import { keptWarm, startedForEach } from "./agent-at-work.ts";

const warm = (agent: string): string => `${agent}, kept warm`;
const each = (agent: string): string => `${agent}, started for each task`;

/** Null for an agent that was not measured, since it is not installed. */
const times =
  (agent: string) =>
  (round: Round): number | null => {
    const [one, other] = [round[each(agent)]?.taskMs, round[warm(agent)]?.taskMs];
    return one === undefined || other === undefined ? null : one / other;
  };

/** The agents that can be installed, and what keeping each warm has to be worth. */
const WORTH: readonly (readonly [agent: string, atLeast: number])[] = [
  ["gemini", 10],
  ["opencode", 10],
  ["codex", 1.2],
  ["codex-acp-2", 2],
  ["qwen", 5],
];

/** Without these there is nothing to measure; the others are measured where they are installed. */
const NEEDED: readonly string[] = ["gemini", "opencode", "codex"];

/** What a warm agent is worth, of all agents that are installed. */
export const agents: Benchmark = {
  name: "agents",
  title: "Coding agents over ACP, kept warm",
  about:
    "The real agents, a scripted model on loopback that answers at once, one file to edit. Kept warm, each task " +
    "has a session of its own in one process; cold is its first turn, the start included, and the second prompt " +
    "is one in the same session. Started for each task, the time is from the start to the end of the process. " +
    "Memory is that of all its processes.",
  quantities: {
    taskMs: { label: "a task, ms", digits: 0 },
    cpuMs: { label: "its CPU, ms", digits: 0 },
    coldMs: { label: "cold first turn, ms", digits: 0 },
    warmMs: { label: "second prompt, ms", digits: 0 },
    privateMiB: { label: "private memory, MiB", digits: 0 },
  },
  claims: WORTH.map(([agent, atLeast]) => ({
    what: `a task of ${agent} in a new session of a warm process, against a process for each`,
    unit: "times less",
    digits: 1,
    bar: { atLeast },
    of: times(agent),
  })),
  onlyByName: true,
  async prepare(scale) {
    const found = await Promise.all(
      AGENT_NAMES.map(async (name) => ({ name, ...(await findAgent(AGENT_PROFILES[name])) })),
    );
    const installed = found.filter((agent) => agent.found).map(({ name }) => name);
    const missing = NEEDED.filter((name) => !installed.some((one) => one === name));
    if (missing.length > 0) {
      const commands = missing.map((name) => `cluster tools install ${name}`).join("; ");
      throw new Error(`This benchmark needs ${missing.join(", ")}: ${commands}`);
    }
    return {
      ways: installed.flatMap((name) => [
        { name: warm(name), measure: () => keptWarm(name, scale === "full" ? 5 : 1) },
        { name: each(name), measure: () => startedForEach(name) },
      ]),
      async [Symbol.asyncDispose]() {},
    };
  },
};

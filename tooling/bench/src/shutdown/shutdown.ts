import { createPool, jsonLinesProtocol } from "@cluster/pool";
import type { Benchmark, Reading } from "../runner/benchmark.ts";

const GRACE_MS = 500;
const POOL = "pool.shutdown()";

/** Notices neither the end of its input nor SIGTERM. */
const STUBBORN = "trap '' TERM; echo '{\"ready\":true}'; while :; do sleep 60; done";
const WELL_BEHAVED = "echo '{\"ready\":true}'; while read -r line; do :; done";

/** The end of many processes, of which half do not want to go. */
export const shutdown: Benchmark = {
  name: "shutdown",
  title: "Shutdown of 50, half of them ignoring SIGTERM",
  about: `Shells, idle; every second one ignores SIGTERM and the end of its input. Grace ${GRACE_MS} ms.`,
  quantities: {
    ms: { label: "ms", digits: 0 },
    beyondGraceMs: { label: "beyond the grace, ms", digits: 0 },
  },
  claims: [
    {
      what: "shutdown of 50, half ignoring SIGTERM: beyond the grace",
      unit: "ms",
      digits: 0,
      bar: { atMost: 100 },
      of: (round) => round[POOL]?.beyondGraceMs ?? Number.NaN,
    },
  ],
  warmUps: 0,
  async prepare(scale) {
    const size = scale === "full" ? 50 : 4;
    return {
      ways: [{ name: POOL, measure: () => startAndEnd(size) }],
      async [Symbol.asyncDispose]() {},
    };
  },
};

async function startAndEnd(size: number): Promise<Reading> {
  const pool = createPool({
    adapter: {
      name: "shell",
      command: ({ index }) => ({
        file: "sh",
        args: ["-c", index % 2 === 0 ? STUBBORN : WELL_BEHAVED],
      }),
      connect: jsonLinesProtocol(),
    },
    size,
    graceMs: GRACE_MS,
  });
  await pool.ready();
  const exits: string[] = [];
  pool.subscribe((event) => {
    if (event.type !== "process.ended") return;
    exits.push(event.exit.kind === "signal" ? event.exit.signal : event.exit.kind);
  });
  const began = performance.now();
  await pool.shutdown();
  const ms = performance.now() - began;
  const killed = exits.filter((exit) => exit === "SIGKILL").length;
  if (exits.length !== size || killed !== size / 2) {
    throw new Error(`Expected ${size} ends, half of them by SIGKILL, found ${exits.join(" ")}.`);
  }
  return { ms, beyondGraceMs: ms - GRACE_MS };
}

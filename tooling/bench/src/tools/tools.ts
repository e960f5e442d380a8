import { declaredTool, shippedTool } from "@cluster/pool/declared";
import { type PostgresServer, postgresPrograms, startPostgres } from "@cluster/testkit";
import { execa } from "execa";
import type { Benchmark } from "../runner/benchmark.ts";
import { TASKS, type ToolTask } from "./tasks.ts";
import { keptWarm, startedForEach, type ToolHere } from "./tool-at-work.ts";

const warm = ({ name, fresh }: ToolTask): string => `${name}, kept warm (fresh: ${fresh})`;
const each = ({ name }: ToolTask): string => `${name}, started for each task`;

/** What a warm tool is worth, of all shipped tools that are installed. */
export const tools: Benchmark = {
  name: "tools",
  title: "Shipped tools, kept warm",
  about:
    "One short request, the same for both ways; the database server of psql runs all along. Kept warm, a task is a " +
    "turn on the same process, cold is the first one with the start, and a fresh session is from the release to " +
    "the next answer, by a reset of the tool or in a new process. Started for each task, it is from the start to " +
    "the end of the process. Memory is that of the warm process.",
  quantities: {
    taskMs: { label: "a task, ms", digits: 2 },
    coldMs: { label: "cold first turn, ms", digits: 1 },
    freshMs: { label: "fresh session, ms", digits: 1 },
    privateMiB: { label: "private memory, MiB", digits: 1 },
  },
  claims: TASKS.map((task) => ({
    what: `a turn of ${task.name} on a warm process, against a process for each`,
    unit: "times less",
    digits: 1,
    bar: { atLeast: 5 },
    of(round) {
      const [one, other] = [round[each(task)], round[warm(task)]];
      if (one === undefined || other === undefined) return null;
      return (one.taskMs ?? Number.NaN) / (other.taskMs ?? Number.NaN);
    },
  })),
  // It needs programs that not every machine has.
  onlyByName: true,
  async prepare(scale) {
    const programs = postgresPrograms();
    const server = programs === null ? null : await startPostgres(programs);
    const here = (await Promise.all(TASKS.map((task) => find(task, server)))).filter(
      (tool) => tool !== null,
    );
    const [turns, starts] = scale === "full" ? [20, 3] : [1, 1];
    return {
      ways: here.flatMap((tool) => [
        { name: warm(tool.task), measure: () => keptWarm(tool, turns) },
        { name: each(tool.task), measure: () => startedForEach(tool, starts) },
      ]),
      async [Symbol.asyncDispose]() {
        await server?.[Symbol.asyncDispose]();
      },
    };
  },
};

/** A tool that is here; one that is not is named, and left out. */
async function find(task: ToolTask, server: PostgresServer | null): Promise<ToolHere | null> {
  const shipped = await shippedTool(task.name);
  const environment = task.name === "psql" ? (server?.environment ?? {}) : {};
  const probe = await declaredTool(shipped, { environment }).probe?.();
  const lacking =
    probe?.installed === false
      ? probe.reason
      : task.name === "psql" && server === null
        ? "There is no PostgreSQL server."
        : null;
  if (lacking !== null) {
    console.error(`  left out: ${task.name}. ${lacking}`);
    return null;
  }
  const definition = { ...shipped, command: await programOf(task, shipped.command) };
  return { task, definition, adapter: declaredTool(definition, { environment }) };
}

/** Python itself, not the script of a version manager before it, which is slow to start. */
async function programOf({ name }: ToolTask, command: string): Promise<string> {
  if (name !== "python") return command;
  return (await execa(command, ["-c", "import sys; print(sys.executable)"])).stdout;
}

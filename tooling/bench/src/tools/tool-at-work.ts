import { createPool, type Pool, type ToolAdapter } from "@cluster/pool";
import type { ToolDefinition } from "@cluster/pool/declared";
import { execa } from "execa";
import { familyPrivateMebibytes } from "../measure/family.ts";
import { spread } from "../measure/statistics.ts";
import type { Reading } from "../runner/benchmark.ts";
import type { ToolTask } from "./tasks.ts";

/** A shipped tool that is here. */
export interface ToolHere {
  readonly task: ToolTask;
  readonly definition: ToolDefinition;
  readonly adapter: ToolAdapter;
}

/** Its first turn with the start, turns on the warm process, and the first after it has forgotten. */
export async function keptWarm({ task, adapter }: ToolHere, turns: number): Promise<Reading> {
  const coldBegan = performance.now();
  await using pool = createPool({ adapter });
  await ask(pool, task);
  const coldMs = performance.now() - coldBegan;
  const times: number[] = [];
  for (let number = 0; number < turns; number += 1) {
    const began = performance.now();
    await ask(pool, task);
    times.push(performance.now() - began);
  }
  const pid = pidOf(pool);
  const privateMiB = familyPrivateMebibytes(pid);
  const lease = await pool.lease();
  const freshBegan = performance.now();
  await lease.release("reset");
  await ask(pool, task);
  const freshMs = performance.now() - freshBegan;
  if ((pidOf(pool) === pid) !== (task.fresh === "reset")) {
    throw new Error(`${task.name}: expected its process to be ${task.fresh}.`);
  }
  return { taskMs: spread(times).median, coldMs, freshMs, privateMiB };
}

/** The same program with the same arguments and request, from its start to its end. */
export async function startedForEach(
  { task, definition, adapter }: ToolHere,
  tasks: number,
): Promise<Reading> {
  const cwd = process.cwd();
  const { file, args = [], env = {} } = await adapter.command({ index: 0, generation: 0, cwd });
  const { setup = [], lineEnd = "\n" } = definition;
  const lines = [
    ...[setup].flat(),
    task.request,
    ...(task.ending === undefined ? [] : [task.ending]),
  ];
  const input = lines.map((line) => `${line}${lineEnd}`).join("");
  const times: number[] = [];
  for (let number = 0; number < tasks; number += 1) {
    const began = performance.now();
    // A session of its own, as the pool's have: else a shell takes hold of the terminal.
    const options = { input, env: { ...env }, extendEnv: false, cwd, detached: true } as const;
    const { stdout } = await execa(file, [...args], { ...options, timeout: 60_000 });
    times.push(performance.now() - began);
    if (!stdout.includes(task.answer)) throw new Error(`${task.name} said ${stdout}`);
  }
  return { taskMs: spread(times).median };
}

async function ask(pool: Pool<string, string>, task: ToolTask): Promise<void> {
  const answer = await pool.run(task.request);
  if (!answer.includes(task.answer)) throw new Error(`${task.name} answered ${answer}`);
}

function pidOf(pool: Pool<string, string>): number {
  const { pid } = pool.status().instances[0] ?? {};
  if (pid == null) throw new Error("Expected a process.");
  return pid;
}

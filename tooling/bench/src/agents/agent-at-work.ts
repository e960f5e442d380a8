import { openScene, type Scene, stepsInTurn } from "@cluster/adapter-acp/trial";
import { familyPrivateMebibytes } from "../measure/family.ts";
import { familyProcessorMs } from "../measure/processor-time.ts";
import { spread } from "../measure/statistics.ts";
import type { Reading } from "../runner/benchmark.ts";

type AgentName = Scene["agent"];

/** One process for all tasks, with a session for each: its first turn, and those that follow. */
export async function keptWarm(agent: AgentName, tasks: number): Promise<Reading> {
  await using scene = await openScene(agent);
  const coldMs = await task(scene, "keep");
  // The second prompt of a session; it forgets then.
  const warmMs = await task(scene, "reset");
  const pid = pidOf(scene);
  const cpuBefore = familyProcessorMs(pid);
  const times: number[] = [];
  for (let number = 0; number < tasks; number += 1) times.push(await task(scene, "reset"));
  if (pidOf(scene) !== pid) throw new Error(`${agent} did not stay the same process.`);
  return {
    taskMs: spread(times).median,
    cpuMs: (familyProcessorMs(pid) - cpuBefore) / tasks,
    coldMs,
    warmMs,
    privateMiB: familyPrivateMebibytes(pid),
  };
}

/** A process for the task: started, one turn, ended. */
export async function startedForEach(agent: AgentName): Promise<Reading> {
  await using scene = await openScene(agent);
  const began = performance.now();
  await task(scene, "keep");
  const cpuMs = familyProcessorMs(pidOf(scene));
  await scene.end();
  return { taskMs: performance.now() - began, cpuMs };
}

/** An edit of one file, which is looked at. */
async function task(scene: Scene, release: "keep" | "reset"): Promise<number> {
  const content = `${performance.now()}\n`;
  scene.model.setScript(stepsInTurn({ write: { path: "a.txt", content } }, { text: "Done." }));
  const began = performance.now();
  await scene.run({ message: "Edit the file.", files: ["a.txt"] }, { release });
  const ms = performance.now() - began;
  if ((await scene.read("a.txt")) !== content) throw new Error(`${scene.agent} has not edited.`);
  return ms;
}

function pidOf(scene: Scene): number {
  const pid = scene.pid();
  if (pid === null) throw new Error(`${scene.agent} has no process.`);
  return pid;
}

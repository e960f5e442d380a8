import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type AgentResult,
  type AgentTask,
  inheritedEnvironment,
  jsonLinesProtocol,
  startRun,
  type ToolAdapter,
} from "@cluster/batch";
import type { RunBranch, Workspace } from "@cluster/workspace";
import { familyProcessorMs } from "../measure/processor-time.ts";
import type { Reading } from "../runner/benchmark.ts";
import type { LargeRepository } from "./large-repository.ts";

/** Does work and says what each of `count` pieces cost. */
export async function timed(count: number, work: () => Promise<unknown>): Promise<Reading> {
  const cpu = familyProcessorMs(process.pid);
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { perSecond: count / seconds, cpuMs: (familyProcessorMs(process.pid) - cpu) / count };
}

/** Edits each file in the workspace that is free, commits it, and lands it: no tool is involved. */
export async function editAndLand(
  run: RunBranch,
  workspaces: readonly Workspace[],
  files: readonly string[],
): Promise<void> {
  const waiting = [...files];
  const landings: Promise<string>[] = [];
  const work = async (workspace: Workspace): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await workspace.reset();
      await appendFile(join(workspace.path, file), "One more line.\n");
      const changes = await workspace.changes([file]);
      const paths = changes.inside.map(({ path }) => path);
      const commit = await workspace.commit({ paths, changes, message: `Change ${file}` });
      // The next task begins meanwhile, as in a run.
      landings.push(run.land(commit as string).then(({ kind }) => kind));
    }
  };
  await Promise.all(workspaces.map(work));
  const ends = await Promise.all(landings);
  const landed = ends.filter((kind) => kind === "landed").length;
  if (landed !== files.length) throw new Error(`${landed} of ${files.length} have landed.`);
}

const TOOL: ToolAdapter<AgentTask, AgentResult> = {
  name: "instant",
  command: () => ({
    file: process.execPath,
    args: [fileURLToPath(new URL("./tool.mjs", import.meta.url))],
    env: inheritedEnvironment(),
  }),
  connect: jsonLinesProtocol(),
};

/** A whole run of an instant tool, from the moment at which each worker has done its first task. */
export async function runOfInstantTool(
  repository: LargeRepository,
  workers: number,
  files: readonly string[],
): Promise<Reading> {
  const run = await startRun({
    repository: await repository.open(),
    store: null,
    tasks: files.map((file) => ({ prompt: "Add a line", files: [file] })),
    tool: TOOL,
    workers,
    context: "conversation",
  });
  let ended = 0;
  let began = 0;
  let cpu = 0;
  const left = files.length - workers;
  const reading = new Promise<Reading>((resolve) => {
    run.subscribe((event) => {
      if (event.type !== "task.ended") return;
      ended += 1;
      if (ended === workers) {
        began = performance.now();
        cpu = familyProcessorMs(process.pid);
      }
      if (ended < files.length) return;
      const seconds = (performance.now() - began) / 1_000;
      const cpuMs = (familyProcessorMs(process.pid) - cpu) / left;
      resolve({ perSecond: left / seconds, cpuMs });
    });
  });
  const { ok, counts } = await run.finished;
  if (!ok) throw new Error(`Expected all to land, found ${JSON.stringify(counts)}.`);
  await repository.sample.git("reset", "--quiet", "--hard", repository.head);
  return reading;
}

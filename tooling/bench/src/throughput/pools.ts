import { fileURLToPath } from "node:url";
import { createPool, jsonLinesProtocol } from "@cluster/pool";
import { Worker as JestWorker } from "jest-worker";
import Tinypool from "tinypool";
import workerpool from "workerpool";

/** What a task brings along. */
export interface Task {
  readonly text: string;
  readonly factor: number;
}

/** A pool of warm worker processes, of whatever make. */
export interface WorkerPool {
  readonly name: string;
  run(task: Task): PromiseLike<unknown>;
  end(): Promise<unknown>;
}

export const OURS = "@cluster/pool";
const OURS_ON_STREAMS = "@cluster/pool, workers on streams";

/** Ours, with a worker that waits in read(). */
export function ours(workers: number): WorkerPool {
  return oursWith(OURS, "./json-lines-worker.mjs", workers);
}

/** Ours, with a worker that has an event loop, as those of the others have. */
export function oursOnStreams(workers: number): WorkerPool {
  return oursWith(OURS_ON_STREAMS, "./streams-worker.mjs", workers);
}

function oursWith(name: string, worker: string, workers: number): WorkerPool {
  const pool = createPool<Task, unknown>({
    size: workers,
    adapter: {
      name: "worker",
      command: () => ({ file: process.execPath, args: [path(worker)] }),
      connect: jsonLinesProtocol(),
    },
  });
  return { name, run: (task) => pool.run(task), end: () => pool.shutdown() };
}

export function workerpoolProcesses(workers: number): WorkerPool {
  const pool = workerpool.pool(path("./workerpool-worker.mjs"), {
    workerType: "process",
    minWorkers: workers,
    maxWorkers: workers,
  });
  return {
    name: "workerpool, processes",
    run: (task) => pool.exec("work", [task]) as PromiseLike<unknown>,
    end: async () => pool.terminate(),
  };
}

export function tinypoolProcesses(workers: number): WorkerPool {
  const pool = new Tinypool({
    filename: path("./tinypool-worker.mjs"),
    runtime: "child_process",
    minThreads: workers,
    maxThreads: workers,
  });
  return {
    name: "tinypool, processes",
    run: (task) => pool.run(task),
    end: () => pool.destroy(),
  };
}

export function jestWorkerProcesses(workers: number): WorkerPool {
  const farm = new JestWorker(path("./jest-worker-worker.mjs"), {
    numWorkers: workers,
    exposedMethods: ["work"],
    enableWorkerThreads: false,
    // Its default, "advanced", is slower with plain JSON.
    forkOptions: { serialization: "json" },
  }) as JestWorker & { work(task: Task): Promise<unknown> };
  return {
    name: "jest-worker, processes",
    run: (task) => farm.work(task),
    end: () => farm.end(),
  };
}

function path(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aiderAdapter } from "@cluster/adapter-aider";
import { type AgentResult, type AgentTask, createPool, type Pool } from "@cluster/pool";
import type { PythonHost } from "@cluster/python-host";
import { type SampleRepository, sampleRepository, standInModelCommand } from "@cluster/testkit";
import { privateMebibytes, processorMs } from "../measure/processor-time.ts";
import type { Reading } from "../runner/benchmark.ts";

interface Model {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly modelSettingsFile: string;
  readonly modelMetadataFile: string;
}

const HEADER = { message: "Add a DOC_ID header to the top of the file" };

/** Aiders of one fork server: each started for one task, on one file, and ended. */
export class ForkedAider {
  readonly #executable: string;
  readonly #model: Model;
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly #tasks: number;

  private constructor(
    executable: string,
    model: Model,
    server: ChildProcess,
    folder: string,
    tasks: number,
  ) {
    this.#executable = executable;
    this.#model = model;
    this.#server = server;
    this.#folder = folder;
    this.#tasks = tasks;
  }

  /** @param tasks how many aiders are measured together. */
  static async begin(executable: string, tasks: number): Promise<ForkedAider> {
    const folder = await mkdtemp(join(tmpdir(), "cluster-bench-"));
    // In a process of its own: what the model costs is not aider's.
    const { file, args } = standInModelCommand("--settings", folder);
    const server = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await once(server.stdout, "data");
    return new ForkedAider(executable, JSON.parse(String(line)), server, folder, tasks);
  }

  /** `readyMs`: the server and its first aider. The rest is for each aider, all that we do for it included. */
  async measure(): Promise<Reading> {
    await using repository = await sampleRepository({ files: 1 });
    const adapter = this.#adapter();
    const host = (adapter.host as () => PythonHost)();
    const began = performance.now();
    const pool = createPool({
      adapter: { ...adapter, host },
      cwd: repository.path,
      startTimeoutMs: 120_000,
    });
    try {
      await pool.ready();
      const readyMs = performance.now() - began;
      const server = host.status()[0]?.pid;
      if (server === undefined) throw new Error("There is no fork server here.");
      await pool.stop(0);
      return { readyMs, ...(await this.#measure(pool, repository, server)) };
    } finally {
      await pool.shutdown();
      await host.dispose();
    }
  }

  async end(): Promise<void> {
    this.#server.stdin?.end();
    await once(this.#server, "exit");
    await rm(this.#folder, { recursive: true, force: true });
  }

  #adapter(): ReturnType<typeof aiderAdapter> {
    const { model, modelSettingsFile, modelMetadataFile, baseUrl, apiKey } = this.#model;
    return aiderAdapter({
      executable: this.#executable,
      host: "fork",
      model,
      extraArguments: [
        ...["--model-settings-file", modelSettingsFile],
        ...["--model-metadata-file", modelMetadataFile],
      ],
      environment: { HOME: this.#folder, OPENAI_API_BASE: baseUrl, OPENAI_API_KEY: apiKey },
    });
  }

  async #measure(
    pool: Pool<AgentTask, AgentResult>,
    repository: SampleRepository,
    server: number,
  ): Promise<Reading> {
    const [file = ""] = repository.files;
    const before = await repository.read(file);
    const cpuBefore = processorMs(server);
    const ownBefore = process.cpuUsage();
    let wallMs = 0;
    let privateMiB = 0;
    for (let task = 0; task < this.#tasks; task += 1) {
      await repository.write(file, before);
      const began = performance.now();
      await pool.start(0);
      await pool.run({ ...HEADER, files: [file] });
      wallMs += performance.now() - began;
      const { pid } = pool.status().instances[0] ?? {};
      if (typeof pid === "number") privateMiB = Math.max(privateMiB, privateMebibytes(pid));
      const ending = performance.now();
      await pool.stop(0);
      wallMs += performance.now() - ending;
      if ((await repository.read(file)).includes("DOC_ID")) continue;
      throw new Error("A forked aider has not made its edit.");
    }
    const own = process.cpuUsage(ownBefore);
    const cpuMs = processorMs(server) - cpuBefore + (own.user + own.system) / 1_000;
    return { wallMs: wallMs / this.#tasks, cpuMs: cpuMs / this.#tasks, privateMiB };
  }
}

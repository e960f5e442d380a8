import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { leftoverProcesses, type QuickStart, quickTool, TEST_MARKER } from "@cluster/testkit";
import { decodeLine } from "../../../src/connections/json-lines-format.ts";
import {
  childProcessHost,
  createPool,
  inheritedEnvironment,
  type JsonLinesMessage,
  type JsonLinesOptions,
  jsonLinesProtocol,
  type Pool,
  type ProcessHost,
  type ToolAdapter,
  type ToolConnection,
} from "../../../src/index.ts";
import {
  type Configuration,
  MAX_TURN_BYTES,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  RESTART_PERIOD_MS,
  START_TIMEOUT_MS,
} from "./configuration.ts";
import { checkOccupancy } from "./consistency.ts";
import { JumpClock } from "./jump-clock.ts";
import { Model } from "./model.ts";
import { Violation } from "./violation.ts";

/** A pool of real processes, and the model that watches it. */
export class World {
  readonly model: Model;
  readonly clock: JumpClock = new JumpClock();
  readonly pool: Pool<string, string>;
  readonly marker: string = randomUUID();
  /** How the next processes start; well when there is nothing here. */
  readonly starts: QuickStart[] = [];
  readonly signals: Map<number, AbortController> = new Map();
  disposed = 0;
  readonly #handlesBefore: number = handles();
  /** Processes that have been spawned and are not ready. */
  readonly #starting = new Set<number>();

  constructor(configuration: Configuration) {
    const { size, start, startConcurrency, maxQueue, afterTurn, spares } = configuration;
    this.model = new Model(configuration, this.clock);
    this.pool = createPool({
      size,
      start,
      startConcurrency,
      maxQueue,
      afterTurn,
      spares,
      ...(configuration.folders && { cwd: () => tmpdir() }),
      adapter: this.#adapter(configuration),
      clock: this.clock,
      startTimeoutMs: START_TIMEOUT_MS,
      maxTurnBytes: MAX_TURN_BYTES,
      interruptTimeoutMs: 60,
      resetTimeoutMs: 200,
      graceMs: 30,
      recycle: configuration.recycle,
      pingIntervalMs: configuration.pings ? PING_INTERVAL_MS : Number.POSITIVE_INFINITY,
      pingTimeoutMs: PING_TIMEOUT_MS,
      restart: {
        intensity: configuration.intensity,
        periodMs: RESTART_PERIOD_MS,
        backoffMs: 2,
        maxBackoffMs: 8,
      },
    });
    this.model.watch(this.pool);
  }

  /** Handles that this pool has and that would keep the program alive. */
  get handles(): number {
    return handles() - this.#handlesBefore;
  }

  /** The processes of this pool that live, and all that they started. */
  leftovers(): readonly { readonly pid: number }[] {
    return leftoverProcesses(this.marker);
  }

  #adapter({ cancels, resets, exclusive }: Configuration): ToolAdapter<string, string> {
    const env = inheritedEnvironment({ [TEST_MARKER]: this.marker });
    const options: JsonLinesOptions<string, string> = {
      encode: (id, request) => request.replace("ID", String(id)),
      answer: (id, _token, answer) => `go ${id} ${answer.kind === "text" ? answer.text : "fail"}`,
      ping: (id) => `ping ${id}`,
      ...(cancels && { cancel: (id: number) => `cancel ${id}` }),
      ...(resets && { reset: (id: number) => `reset ${id}` }),
    };
    return {
      name: "quick",
      capabilities: { exclusive },
      host: () => this.#host(),
      command: () => ({ ...quickTool(this.starts.shift()), env }),
      connect: (process) => {
        const decode = (line: unknown): JsonLinesMessage => this.#decode(line, process.pid);
        const connection = jsonLinesProtocol<string, string>({ ...options, decode })(process);
        return this.#oneAtATime(connection, process.pid);
      },
    };
  }

  /** Ordinary processes, of which no more may start at once than the pool allows. */
  #host(): ProcessHost {
    const host = childProcessHost();
    const { startConcurrency } = this.model.configuration;
    return {
      start: async (spec, signal) => {
        const process = await host.start(spec, signal);
        const { pid } = process;
        this.#starting.add(pid);
        this.model.expect(this.#starting.size <= startConcurrency, () => {
          return `${this.#starting.size} processes start at once, ${startConcurrency} may`;
        });
        void process.exited.then(() => this.#gone(pid));
        const how = spec.args.at(-1) as QuickStart;
        this.model.births.set(pid, { how, at: this.clock.elapsed() });
        if (how === "hangs") this.model.hanging.add(pid);
        // Whose it is shows a moment later.
        setImmediate(() => this.model.syncRoster());
        return process;
      },
      dispose: async () => {
        this.disposed += 1;
        await host.dispose();
      },
    };
  }

  #gone(pid: number): void {
    this.#starting.delete(pid);
    this.model.hanging.delete(pid);
    this.model.pinging.delete(pid);
  }

  #decode(line: unknown, pid: number): JsonLinesMessage {
    const { violation } = line as { readonly violation?: string };
    if (violation !== undefined) this.model.fail(`the tool says: ${violation}`);
    const message = decodeLine(line);
    if (message.kind === "ready") this.#starting.delete(pid);
    return message;
  }

  /** The pool must not speak with a process that has not come to the end of what it was asked. */
  #oneAtATime(
    connection: ToolConnection<string, string>,
    pid: number,
  ): ToolConnection<string, string> {
    const { pinging } = this.model;
    const { reset, ping } = connection;
    let busy: string | null = null;
    const alone = async <Value>(what: string, ask: () => Promise<Value>): Promise<Value> => {
      if (busy !== null) this.model.fail(`${what} was sent to a process that is at ${busy}`);
      busy = what;
      try {
        return await ask();
      } finally {
        busy = null;
      }
    };
    return {
      ...connection,
      run: (request, context) => alone(request, () => connection.run(request, context)),
      ...(reset && { reset: (signal: AbortSignal) => alone("reset", () => reset(signal)) }),
      ...(ping && {
        ping: async (signal: AbortSignal) => {
          pinging.set(pid, this.clock.elapsed());
          await alone("ping", () => ping(signal)).finally(() => pinging.delete(pid));
        },
      }),
    };
  }

  /** @throws {Violation} what the model has found, if anything. */
  check(): void {
    this.model.checkAlways();
    checkOccupancy(this.model, this.model.status());
    if (this.model.violation !== null) throw new Violation(this.model.violation);
  }
}

function handles(): number {
  const info = process.getActiveResourcesInfo();
  return info.filter((name) => name === "ProcessWrap" || name === "PipeWrap").length;
}

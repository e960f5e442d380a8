import { getSystemErrorName } from "node:util";
import type { ToolProcess } from "@cluster/pool";
import { endedBeforeItsStart, PythonFailure, unlaunched } from "../errors/start-errors.ts";
import type { CompiledOptions } from "../options.ts";
import { deadline } from "../process/deadline.ts";
import type { Message } from "../reception/json-channel.ts";
import type { Reception } from "../reception/reception.ts";
import { FORKED_STREAMS, ForkOrders } from "./fork-orders.ts";
import { type ForkedProcess, type ForkedStart, type ServerLink, toExit } from "./forked-process.ts";
import { Heartbeat } from "./heartbeat.ts";
import { ServerProcess, type ServerReport, type ServerSpec } from "./server-process.ts";
import { Shelf } from "./shelf.ts";
import { Tags } from "./tag.ts";

/** To end everything of its own; the server itself takes no longer than 5 s. */
const QUIT_MS = 6_000;

/** The life of a server. It only goes forward. `leaving`: no start any more, and gone with its last process. */
export type ForkServerState = "starting" | "ready" | "leaving" | "ended";

/** How a server ended. */
export interface ServerEnd {
  /** In a sentence without its end: "the Python server (pid 7) was killed by SIGKILL". */
  readonly how: string;
  /** Nobody had asked it to. */
  readonly failed: boolean;
}

/** One Python process that has imported everything, and the processes that were forked out of it. */
export class ForkServer {
  readonly ready: Promise<ServerReport>;
  /** Resolves when it has ended, before anybody hears of the ends of its processes. */
  readonly lost: Promise<ServerEnd>;
  /** Resolves when nothing of it is left. */
  readonly ended: Promise<void>;
  readonly #process: ServerProcess;
  readonly #options: CompiledOptions;
  readonly #tags = new Tags();
  readonly #link: ServerLink;
  readonly #shelf: Shelf;
  readonly #orders: ForkOrders;
  /** All that were forked and have not been reaped. */
  readonly #processes = new Map<number, ForkedProcess>();
  /** Those at work. */
  readonly #bound = new Set<ForkedProcess>();
  readonly #checks: ((changed: string | null) => void)[] = [];
  #heartbeat: Heartbeat | null = null;
  #state: ForkServerState = "starting";
  /** How many wait for an answer of it. */
  #awaiting = 0;
  #nextId = 1;

  constructor(spec: ServerSpec, options: CompiledOptions, reception: Reception) {
    this.#options = options;
    this.#process = new ServerProcess(spec, options, reception, this.#tags);
    this.#process.onMessage = (message) => this.#receive(message);
    this.#shelf = new Shelf(options.spares, () => this.#order());
    this.#link = {
      entered: (process) => {
        this.#bound.add(process);
        this.#updateReference();
      },
      sweep: (id, signal) => this.#process.send({ type: "sweep", id, signal }),
      reap: (id) => {
        this.#processes.delete(id);
        this.#process.send({ type: "reap", id });
      },
    };
    this.#orders = new ForkOrders(reception, this.#link);
    this.ready = this.#process.ready.then((report) => this.#becomeReady(report));
    this.ready.catch(() => {});
    this.lost = this.#process.ended.then((how) => {
      const failed = this.#state !== "leaving";
      this.#state = "ended";
      return { how: `${this.name} ${how}`, failed };
    });
    this.ended = this.#followToItsEnd();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whether it has ever taken a start. */
  get wasReady(): boolean {
    return this.#heartbeat !== null;
  }

  get state(): ForkServerState {
    return this.#state;
  }

  /** Processes at work. */
  get processes(): number {
    return this.#bound.size;
  }

  /** Processes that wait for a start. */
  get spares(): number {
    return this.#shelf.size;
  }

  /** "the Python server (pid 7)" */
  get name(): string {
    return `the Python server (pid ${this.pid})`;
  }

  /**
   * Binds a spare to a start.
   * @throws {PythonFailure} when it cannot be started, or the server ends meanwhile.
   */
  async start(spec: ForkedStart, signal: AbortSignal): Promise<ToolProcess> {
    const spare = this.#shelf.take(signal);
    // Behind the start, which must not wait for the next fork.
    const refill = (): void => void setImmediate(() => this.#refill());
    return this.#awaited(spare.then((taken) => this.#bind(taken, spec, signal))).finally(refill);
  }

  /** What has changed of the files that it was imported from; null when nothing has. */
  async check(): Promise<string | null> {
    if (this.#state !== "ready") return null;
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#checks.push(resolve);
    this.#process.send({ type: "check" });
    return this.#awaited(promise);
  }

  /** Takes no start any more, and ends with the last of its processes. */
  leave(): void {
    if (this.#state !== "ready") return;
    this.#state = "leaving";
    this.#shelf.clear();
    this.#leaveIfIdle();
  }

  /** Ends it with all of its processes. */
  async stop(): Promise<void> {
    const starting = this.#state === "starting";
    if (this.#state !== "ended") this.#state = "leaving";
    if (starting) this.#process.kill("was not needed any more");
    else this.#quit();
    await this.ended;
  }

  async #bind(spare: ForkedProcess, spec: ForkedStart, signal: AbortSignal): Promise<ToolProcess> {
    const outcome = Promise.withResolvers<never>();
    const onAbort = (): void => outcome.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const { heartbeatTimeoutMs } = this.#options;
    const cancel = deadline(heartbeatTimeoutMs, () =>
      outcome.reject(
        new PythonFailure(`it did not answer for ${heartbeatTimeoutMs} ms.`, undefined),
      ),
    );
    try {
      signal.throwIfAborted();
      return await Promise.race([outcome.promise, spare.bind(spec)]);
    } catch (error) {
      spare.discard();
      throw error;
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Somebody waits for its answer: it neither leaves meanwhile nor lets this program end. */
  async #awaited<Value>(answer: Promise<Value>): Promise<Value> {
    this.#awaiting += 1;
    this.#updateReference();
    try {
      return await answer;
    } finally {
      this.#awaiting -= 1;
      this.#updateReference();
      this.#leaveIfIdle();
    }
  }

  #becomeReady(report: ServerReport): ServerReport {
    if (this.#state === "starting") this.#state = "ready";
    const { heartbeatTimeoutMs } = this.#options;
    this.#heartbeat = new Heartbeat(
      heartbeatTimeoutMs,
      () => this.#process.send({ type: "ping" }),
      () => this.#process.kill(`did not answer for ${heartbeatTimeoutMs} ms`),
    );
    this.#updateReference();
    setImmediate(() => this.#refill());
    return report;
  }

  /** Forks spares, if this server is to be used. */
  #refill(): void {
    if (this.#state === "ready") this.#shelf.refill();
  }

  async #order(): Promise<ForkedProcess> {
    const id = this.#nextId++;
    const { token, arrival } = this.#orders.place(id);
    this.#process.send({ type: "fork", id, token, tag: this.#tags.of(id) });
    const process = await arrival;
    this.#processes.set(id, process);
    return process;
  }

  #receive(message: Message): void {
    const id = Number(message.id);
    switch (message.type) {
      case "pong":
        this.#heartbeat?.answered();
        break;
      case "checked":
        this.#checks.shift()?.(typeof message.changed === "string" ? message.changed : null);
        break;
      case "not-forked":
        this.#notForked(id, Number(message.errno));
        break;
      case "exited":
        this.#exited(id, message);
        break;
      case "left":
        this.#processes.get(id)?.onLeft(Number(message.left));
        break;
    }
  }

  #notForked(id: number, errno: number): void {
    const code = errno > 0 ? getSystemErrorName(-errno) : "ENOMEM";
    this.#orders.refuse(id, unlaunched(Object.assign(new Error(`fork: ${code}`), { code })));
    // One without memory will not do better the next time.
    if (code === "ENOMEM") this.leave();
  }

  #exited(id: number, message: Message): void {
    const process = this.#processes.get(id);
    if (process === undefined) {
      const failure = endedBeforeItsStart(toExit(message), FORKED_STREAMS.length);
      this.#orders.refuse(id, failure);
      this.#process.send({ type: "reap", id });
      return;
    }
    this.#shelf.remove(process);
    this.#bound.delete(process);
    process.onExited(toExit(message), Number(message.left));
    this.#updateReference();
    this.#leaveIfIdle();
  }

  #leaveIfIdle(): void {
    if (this.#state === "leaving" && this.#bound.size === 0 && this.#awaiting === 0) this.#quit();
  }

  #quit(): void {
    this.#heartbeat?.stop();
    this.#process.send({ type: "quit" });
    const cancel = deadline(QUIT_MS, () => this.#process.kill("did not end"));
    void this.#process.ended.then(cancel);
  }

  #updateReference(): void {
    this.#process.reference(this.#bound.size > 0 || this.#awaiting > 0);
  }

  async #followToItsEnd(): Promise<void> {
    const { how } = await this.lost;
    // Whoever keeps this server has heard of it now.
    await Promise.resolve();
    this.#heartbeat?.stop();
    const lost = new PythonFailure(`${how} during the start.`, undefined);
    this.#orders.refuseAll(lost);
    for (const answer of this.#checks) answer(null);
    this.#shelf.clear(lost);
    for (const process of this.#processes.values()) {
      // The kernel is about to end it; with it go those of its group.
      this.#tags.killGroup(process.pid);
      process.onLost(`${how} and took the process with it`);
    }
    this.#processes.clear();
    this.#bound.clear();
    await this.#tags.killAll();
  }
}

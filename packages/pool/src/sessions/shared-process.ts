import type { Exit, ProcessSpec, ToolProcess } from "../contract/process-host.ts";
import type { Overdue, ToolConnection } from "../contract/tool-connection.ts";
import { Tail } from "../framing/tail.ts";
import type { ProcessLedger } from "../ledger/process-ledger.ts";
import type { Clock } from "../pool/clock.ts";
import { endDescendants, hurryDescendants } from "../process/descendants.ts";
import { endGroup } from "../process/end-group.ts";
import { Grace } from "../process/grace.ts";
import { quoted } from "../process/not-ready.ts";
import { privateMemory } from "../process/private-memory.ts";
import { drainAfterExit } from "../process/stream-drain.ts";
import { terminate } from "../process/termination.ts";
import { SessionProcess } from "./session-process.ts";

const TAIL_BYTES = 8 * 1024;

/** What a shared process is made with. */
export interface SharedLaunch<Request, Result> {
  readonly key: string;
  readonly spec: ProcessSpec;
  /** Its own mark in the environment, instead of that of the instance that came first. */
  readonly marker: string;
  readonly clock: Clock;
  readonly graceMs: number;
  /** Knows the mark, by which is found what outlives this program. */
  readonly ledger: ProcessLedger;
  /** After how many turns of all of its sessions it takes no more of them. */
  readonly turns: number;
  /** After how many milliseconds. */
  readonly ageMs: number;
  start(spec: ProcessSpec, signal: AbortSignal): Promise<ToolProcess>;
  connect(process: ToolProcess): ToolConnection<Request, Result>;
}

/** One process with a session for each of several instances. It lives from the first to the last. */
export class SharedProcess<Request, Result> {
  readonly key: string;
  /** Resolves when there is a process. */
  readonly started: Promise<void>;
  /** Resolves with its connection, when that is ready. */
  readonly ready: Promise<ToolConnection<Request, Result>>;
  readonly #launch: SharedLaunch<Request, Result>;
  readonly #members = new Set<SessionProcess<Request, Result>>();
  readonly #giveUp = new AbortController();
  readonly #tail = new Tail(TAIL_BYTES);
  #process: ToolProcess | null = null;
  #connection: ToolConnection<Request, Result> | null = null;
  #isReady = false;
  #open = true;
  readonly #began: number;
  #turns = 0;
  #killed = false;
  /** Its end, once somebody has begun it. */
  #ending: Promise<void> | null = null;
  #gone: Promise<void> = Promise.resolve();
  /** Those who wait for the start. */
  #expected = 0;

  constructor(launch: SharedLaunch<Request, Result>) {
    this.key = launch.key;
    this.#launch = launch;
    this.#began = launch.clock.elapsed();
    this.started = this.#start();
    this.ready = this.started.then(() => this.#connect());
    this.ready.catch(() => this.takeNoMore());
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** Resolves when there is nothing of it any more. */
  async over(): Promise<void> {
    await this.started.catch(() => {});
    await this.#gone;
  }

  /** How many sessions it has or is about to have. */
  get sessions(): number {
    return [...this.#members].filter(({ leaving }) => !leaving).length + this.#expected;
  }

  /** Whether it takes one more session. One that is due for recycling goes with those that it has. */
  get open(): boolean {
    const { clock, turns, ageMs } = this.#launch;
    return this.#open && this.#turns < turns && clock.elapsed() - this.#began < ageMs;
  }

  /** Whether a turn of any session is under way. */
  get busy(): boolean {
    return [...this.#members].some(({ work }) => work?.busy === true);
  }

  /** Why it takes so long, as far as the connection has said, and the process before its sessions speak. */
  hint(of: Overdue): string | null {
    const hint = this.#connection?.hint?.(of) ?? null;
    const words = of === "start" ? this.#tail.toString() : "";
    // A session has no stderr of its own, and nobody else would tell of this one.
    const said =
      words === "" ? [] : [`The shared process printed last on stderr: ${quoted(words)}.`];
    const all = [...(hint === null ? [] : [hint]), ...said];
    return all.length === 0 ? null : all.join(" ");
  }

  /** One of its sessions begins a turn. */
  turnBegins(): void {
    this.#turns += 1;
  }

  /**
   * One more session, as a process.
   * @param wait Waits for the start, or gives that up.
   */
  async join(
    wait: (started: Promise<void>) => Promise<void>,
  ): Promise<SessionProcess<Request, Result>> {
    this.#expected += 1;
    try {
      await wait(this.started);
    } catch (error) {
      this.#expected -= 1;
      void this.#endIfEmpty();
      throw error;
    }
    this.#expected -= 1;
    const joined = new SessionProcess(this);
    this.#members.add(joined);
    return joined;
  }

  /** A session ends. The last one waits for the end of the process. */
  async leave(member: SessionProcess<Request, Result>): Promise<void> {
    // One that was ended before it had begun is not to be trusted with another session.
    if (!this.#isReady) this.takeNoMore();
    // All of its sessions end together, so that nobody is sent to one of them meanwhile.
    if (this.#killed && this.#ending === null) {
      await this.#gone;
      return;
    }
    if (this.#members.size > 1 || this.#expected > 0) {
      this.#members.delete(member);
      return;
    }
    await this.#end();
    this.#members.delete(member);
  }

  takeNoMore(): void {
    this.#open = false;
  }

  /** Ends it at once, with all of its sessions. */
  kill(): void {
    this.#killed = true;
    this.takeNoMore();
    this.#process?.kill("SIGKILL", "group");
    this.#process?.kill("SIGKILL", "process");
  }

  async memory(): Promise<number | null> {
    const process = this.#process;
    if (process === null) return null;
    return process.memory === undefined ? privateMemory(process.pid) : process.memory();
  }

  /** Resolves when nothing of it is left. */
  async gone(): Promise<void> {
    await this.#endIfEmpty();
    hurryDescendants();
    await this.#gone;
  }

  async #start(): Promise<void> {
    const process = await this.#launched();
    this.#process = process;
    for (const stream of [process.stdin, process.stdout, process.stderr]) {
      stream?.on("error", () => {});
    }
    process.stderr?.on("data", (chunk: Buffer) => this.#tail.push(chunk));
    this.#gone = this.#follow(process);
  }

  async #launched(): Promise<ToolProcess> {
    const { ledger, marker, spec } = this.#launch;
    ledger.expect(marker);
    try {
      const process = await this.#launch.start(spec, this.#giveUp.signal);
      ledger.started(marker, process.pid);
      return process;
    } catch (error) {
      ledger.ended(marker);
      throw error;
    }
  }

  async #connect(): Promise<ToolConnection<Request, Result>> {
    const connection = this.#launch.connect(this.#process as ToolProcess);
    this.#connection = connection;
    await connection.ready(this.#giveUp.signal);
    this.#isReady = true;
    return connection;
  }

  async #follow(process: ToolProcess): Promise<void> {
    const exit = await process.exited.catch(
      (error: unknown): Exit => ({ kind: "unknown", reason: String(error) }),
    );
    this.takeNoMore();
    const { clock, marker, ledger } = this.#launch;
    await Promise.all([
      drainAfterExit(process.stdout, clock),
      drainAfterExit(process.stderr, clock),
    ]);
    await endGroup(process);
    process.stdin.destroy();
    // A crash is that of every session; one that has asked for the end leaves by itself.
    if (this.#ending === null) {
      const words = Buffer.from(this.#tail.toString());
      for (const member of this.#members) member.end(exit, words);
      this.#members.clear();
    }
    await endDescendants(marker);
    ledger.ended(marker);
  }

  async #endIfEmpty(): Promise<void> {
    if (this.#members.size === 0 && this.#expected === 0) await this.#end();
  }

  #end(): Promise<void> {
    this.takeNoMore();
    this.#ending ??= this.#terminate();
    return this.#ending;
  }

  async #terminate(): Promise<void> {
    this.#giveUp.abort(new Error("Nobody needs the process any more."));
    await this.started.catch(() => {});
    const process = this.#process;
    if (process === null) return;
    const { clock, graceMs } = this.#launch;
    const connection = this.#connection;
    const polite = this.#isReady && connection?.close !== undefined;
    await terminate(process, {
      grace: new Grace(graceMs, clock),
      ...(polite ? { goodbye: async () => connection?.close?.() } : {}),
    });
    await endGroup(process);
  }
}

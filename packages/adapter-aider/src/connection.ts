import {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  ProtocolError,
  type ToolConnection,
  ToolFailure,
  type ToolProcess,
  type TurnContext,
} from "@cluster/pool";
import { DriverConnection } from "./driver/connection.ts";
import { type Handshake, parseHandshake, type StartMessage } from "./driver/messages.ts";
import { SentinelConnection } from "./sentinel/connection.ts";

const NEWLINE = 0x0a;

/** What every connection of an adapter shares. */
export interface ConnectionSettings {
  /** Absent: the process is aider's own command line from its start. */
  readonly start?: StartMessage;
  readonly permissions: AgentPermissions;
  readonly retryForMs: number;
}

type Speaker = ToolConnection<AgentTask, AgentResult> & { push(chunk: Buffer): void };

/**
 * One process of aider. It begins as a driver; where the driver finds that it does not fit this aider,
 * it hands the process over to aider's own command line, and this connection goes on by the sentinel.
 */
export class AiderConnection implements ToolConnection<AgentTask, AgentResult> {
  readonly #process: ToolProcess;
  readonly #settings: ConnectionSettings;
  readonly #greeted: PromiseWithResolvers<Speaker> = Promise.withResolvers();
  #speaker: Speaker | null = null;
  #head: Buffer[] = [];
  /** Told with the first turn: there is nobody to tell before. */
  #notice: string | null = null;

  constructor(process: ToolProcess, settings: ConnectionSettings) {
    this.#process = process;
    this.#settings = settings;
    this.#greeted.promise.catch(() => {});
    process.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  async ready(signal: AbortSignal): Promise<void> {
    if (this.#settings.start === undefined) {
      this.#speaker = this.#sentinel();
      return this.#speaker.ready(signal);
    }
    this.#process.stdin.write(`${JSON.stringify(this.#settings.start)}\n`, () => {});
    const speaker = await this.#greeted.promise;
    return speaker.ready(signal);
  }

  async run(task: AgentTask, context: TurnContext): Promise<AgentResult> {
    if (this.#notice !== null) {
      context.emit({ type: "notice", level: "warning", text: this.#notice });
      this.#notice = null;
    }
    return this.#current().run(task, context);
  }

  async reset(signal: AbortSignal): Promise<void> {
    await this.#current().reset?.(signal);
  }

  async interrupt(): Promise<void> {
    const speaker = this.#current();
    // To resolve would mean that it is in step again.
    if (speaker.interrupt === undefined) {
      throw new ProtocolError("aider's command line is not interrupted: it is replaced.");
    }
    await speaker.interrupt();
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.#current().ping?.(signal);
  }

  async close(): Promise<void> {
    await this.#current().close?.();
  }

  #current(): Speaker {
    if (this.#speaker === null) throw new ProtocolError("aider is asked before it is ready.");
    return this.#speaker;
  }

  #receive(chunk: Buffer): void {
    if (this.#speaker !== null) {
      this.#speaker.push(chunk);
      return;
    }
    this.#head.push(chunk);
    if (!chunk.includes(NEWLINE)) return;
    const head = Buffer.concat(this.#head);
    this.#head = [];
    const end = head.indexOf(NEWLINE);
    try {
      this.#speaker = this.#greet(head.toString("utf8", 0, end));
      this.#speaker.push(head.subarray(end + 1));
      this.#greeted.resolve(this.#speaker);
    } catch (error) {
      this.#greeted.reject(error);
    }
  }

  #greet(line: string): Speaker {
    let greeting: Handshake;
    try {
      greeting = parseHandshake(line);
    } catch (cause) {
      const found = JSON.stringify(line.slice(0, 200));
      throw new ProtocolError(`Expected the driver's greeting, found ${found}.`, { cause });
    }
    if (greeting.type === "failed") {
      throw new ToolFailure(greeting.failureClass, greeting.message);
    }
    if (greeting.type === "ready") {
      return new DriverConnection(this.#process, this.#settings.permissions);
    }
    this.#notice =
      "The driver does not fit this aider, which is driven by its command line instead: " +
      greeting.reason;
    return this.#sentinel();
  }

  #sentinel(): SentinelConnection {
    const { permissions, retryForMs } = this.#settings;
    return new SentinelConnection(this.#process, { permissions, retryForMs });
  }
}

import { RequestError } from "@agentclientprotocol/sdk";
import { childProcessHost } from "@cluster/pool";
import { Terminal } from "./terminal.ts";

/** What a command is run with. */
export interface TerminalRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Bytes of output to keep. */
  readonly outputLimit: number | undefined;
}

/** What a shell would make something of. */
const SHELL_WORDS = /[\s|&;<>()$`"'*?~]/;

/** The commands of one session. They end with it. */
export class Terminals {
  readonly #cwd: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #host = childProcessHost();
  readonly #terminals = new Map<string, Terminal>();
  #next = 1;
  #closed = false;

  constructor(cwd: string, environment: Readonly<Record<string, string>>) {
    this.#cwd = cwd;
    this.#environment = environment;
  }

  async create({ command, args, cwd, environment, outputLimit }: TerminalRequest): Promise<string> {
    // Agents send a whole line of their shell as the command, without arguments.
    const line = args.length === 0 && SHELL_WORDS.test(command);
    const process = await this.#host.start(
      {
        file: line ? "/bin/sh" : command,
        args: line ? ["-c", command] : args,
        cwd: cwd ?? this.#cwd,
        env: { ...this.#environment, ...environment },
      },
      new AbortController().signal,
    );
    const terminal = new Terminal(process, outputLimit);
    if (this.#closed) {
      await terminal.end();
      throw new RequestError(-32_600, "The session has been closed.");
    }
    const id = `terminal-${this.#next++}`;
    this.#terminals.set(id, terminal);
    return id;
  }

  /** @throws {RequestError} for an id that is not one of this session. */
  find(id: unknown): Terminal {
    const terminal = this.#terminals.get(String(id));
    if (terminal === undefined) throw RequestError.resourceNotFound(String(id));
    return terminal;
  }

  async release(id: unknown): Promise<void> {
    const terminal = this.find(id);
    this.#terminals.delete(String(id));
    await terminal.end();
  }

  /** Ends all commands that run. What they said may still be asked for. */
  async end(): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal.end()));
  }

  /** Ends all commands, and takes no more. */
  async close(): Promise<void> {
    this.#closed = true;
    const ending = this.end();
    this.#terminals.clear();
    await ending;
  }
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import type { Exit, ProcessSpec, SignalTarget, ToolProcess } from "../../contract/process-host.ts";
import { abortable } from "../../process/abortable.ts";
import { endWithThisProgram, kill, killGroup } from "../living-groups.ts";
import { type ForkedTerminal, forkTerminal, type TerminalShape } from "./fork-terminal.ts";
import { foregroundGroup, sessionMembers } from "./session.ts";
import { type InputTerminal, TerminalInput } from "./terminal-input.ts";
import { TerminalOutput } from "./terminal-output.ts";

/** One tool on a terminal of its own, whose session it leads. */
export class TerminalProcess implements ToolProcess, InputTerminal {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly stderr = null;
  readonly exited: Promise<Exit>;
  readonly lineEditing: boolean;
  readonly #terminal: ForkedTerminal;
  #ended = false;

  /** @throws {Error} when there is no terminal, process or file descriptor left. */
  constructor(spec: ProcessSpec, shape: TerminalShape, lineEditing: boolean) {
    this.lineEditing = lineEditing;
    const exited = Promise.withResolvers<Exit>();
    this.exited = exited.promise;
    this.#terminal = forkTerminal(spec, shape, (exit) => {
      this.#ended = true;
      forget();
      this.stdin.destroy();
      this.stdout.endProcess();
      exited.resolve(exit);
    });
    const forget = endWithThisProgram(this.pid);
    this.stdout = new TerminalOutput(this.master, () => closeSync(this.#terminal.slave));
    this.stdin = new TerminalInput(this);
    // A write that meets nobody reports through its callback.
    this.stdin.on("error", () => {});
  }

  /**
   * Resolves when its terminal is prepared: what is typed before that would be echoed and edited.
   * @throws {Error} with what went wrong, when the tool was not started; `signal`'s reason.
   */
  async whenPrepared(signal: AbortSignal): Promise<void> {
    try {
      if (await abortable(signal, () => this.stdout.prepared)) return;
      const text = await abortable(signal, async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of this.stdout) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks).toString();
      });
      throw new Error(`its terminal could not be prepared: ${text.trim()}`);
    } catch (error) {
      this.kill("SIGKILL", "group");
      this.stdout.destroy();
      throw error;
    }
  }

  get pid(): number {
    return this.#terminal.pid;
  }

  get master(): number {
    return this.#terminal.master;
  }

  get over(): boolean {
    return this.#ended || this.stdout.destroyed;
  }

  endInput(): void {
    this.stdin.end();
  }

  kill(signal: NodeJS.Signals, target: SignalTarget): boolean {
    if (target === "process") return !this.#ended && this.#signal(signal);
    const reached = killGroup(this.pid, signal);
    // Whoever is asked to end is asked in its group; whoever must end, wherever in the session it is.
    if (signal !== "SIGKILL") return reached;
    const others = sessionMembers(this.pid).filter((pid) => kill(pid, signal));
    return reached || others.length > 0;
  }

  /** As ^C does, SIGINT goes to what a shell has in the foreground, and to the tool when that is itself. */
  #signal(signal: NodeJS.Signals): boolean {
    const foreground = signal === "SIGINT" ? foregroundGroup(this.pid) : this.pid;
    return foreground === this.pid ? kill(this.pid, signal) : killGroup(foreground, signal);
  }

  /**
   * Switches to canonical mode, in which ^D is the end of the input. A read that has begun goes by the
   * old mode until a signal makes it begin anew, and a stop is the one that no tool minds.
   */
  async recogniseEnd(): Promise<void> {
    if (this.over) return;
    this.kill("SIGSTOP", "group");
    try {
      const stty = spawn("stty", ["icanon"], {
        stdio: [this.#terminal.slave, "ignore", "ignore"],
        env: { PATH: "/usr/bin:/bin" },
      });
      await once(stty, "exit");
    } finally {
      if (!this.#ended) this.kill("SIGCONT", "group");
    }
  }
}

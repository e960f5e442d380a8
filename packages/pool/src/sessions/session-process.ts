import { PassThrough, Writable } from "node:stream";
import type { Exit, SignalTarget, ToolProcess } from "../contract/process-host.ts";
import type { SharedProcess } from "./shared-process.ts";

/** What runs in a session, for whoever ends it. */
export interface SessionWork {
  /** Whether a turn is under way. */
  readonly busy: boolean;
  /** Stops the turn; resolves when it has ended. */
  interrupt(): Promise<void>;
  close(): Promise<void>;
}

/**
 * One session of a shared process, as if it were a process of its own: it starts, speaks, is ended and
 * exits. A signal is for the session; only what nothing else stops is a signal for the process, and
 * ends all of its sessions.
 */
export class SessionProcess<Request, Result> implements ToolProcess {
  readonly stdin: Writable;
  readonly stdout: PassThrough = new PassThrough();
  readonly stderr: PassThrough = new PassThrough();
  readonly exited: Promise<Exit>;
  readonly shared: SharedProcess<Request, Result>;
  readonly #exit: PromiseWithResolvers<Exit> = Promise.withResolvers();
  /** Null before there is a session. */
  work: SessionWork | null = null;
  #state: "living" | "leaving" | "exited" = "living";

  constructor(shared: SharedProcess<Request, Result>) {
    this.shared = shared;
    this.exited = this.#exit.promise;
    // Sessions speak through their connection.
    this.stdin = new Writable({
      write: (_chunk, _encoding, done) => done(),
      // Whoever taps a process ends its input by the stream.
      final: (done) => {
        if (this.work?.busy !== true) this.#leave();
        done();
      },
    });
  }

  get pid(): number {
    return this.shared.pid;
  }

  /** It takes no part in the process any more, or is about to take none. */
  get leaving(): boolean {
    return this.#state !== "living";
  }

  /** The words of its session: they are counted, and written down, as those of a process are. */
  say(text: string): void {
    if (this.stdout.writable) this.stdout.write(text);
  }

  endInput(): void {
    this.stdin.end();
  }

  /** Its share: together they are what the process has. */
  async memory(): Promise<number | null> {
    const bytes = await this.shared.memory();
    return bytes === null ? null : Math.round(bytes / Math.max(1, this.shared.sessions));
  }

  kill(signal: NodeJS.Signals, _target: SignalTarget): boolean {
    if (this.#state === "exited") return false;
    // What goes on when it has been told to stop may still write.
    if (signal === "SIGKILL" && (this.work?.busy === true || this.#state === "leaving")) {
      this.shared.kill();
    } else this.#leave();
    return true;
  }

  /** The process has ended: so has its session. @param lastWords the end of its stderr */
  end(exit: Exit, lastWords: Buffer | null): void {
    if (this.#state === "exited") return;
    this.#state = "exited";
    if (lastWords !== null) this.stderr.write(lastWords);
    this.stdout.end();
    this.stderr.end();
    this.#exit.resolve(exit);
  }

  #leave(): void {
    if (this.#state !== "living") return;
    this.#state = "leaving";
    void this.#goodbye();
  }

  async #goodbye(): Promise<void> {
    const { work, shared } = this;
    try {
      if (work?.busy === true) await work.interrupt();
    } catch {
      // Nothing but the end of the process stops it: that comes with SIGKILL.
      shared.takeNoMore();
      return;
    }
    // One that does not close may not be fit for another session either.
    await work?.close().catch(() => shared.takeNoMore());
    await shared.leave(this);
    this.end({ kind: "code", code: 0 }, null);
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { describeExit, type Exit } from "@cluster/pool";
import {
  endedEarly,
  notPython,
  type PythonFailure,
  reportedFailure,
  tooSlow,
  unlaunched,
} from "../errors/start-errors.ts";
import { pythonScript } from "../location.ts";
import type { CompiledOptions } from "../options.ts";
import { deadline } from "../process/deadline.ts";
import { LogTail } from "../process/tail.ts";
import { JsonChannel, type Message } from "../reception/json-channel.ts";
import type { Reception } from "../reception/reception.ts";
import { programOf, RETURN_VARIABLE } from "../reception/wire.ts";
import type { Tags } from "./tag.ts";

/** What a server says of itself when it has imported and warmed up. */
export interface ServerReport {
  /** Threads that are left, by name: they would be missing in every forked process. */
  readonly threads: readonly string[];
  /** Network connections that are left, by their peer. */
  readonly connections: readonly string[];
  readonly version: string;
}

/** The interpreter and its environment, as a server is started with them. */
export interface ServerSpec {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A Python cannot be a fork server. Ordinary processes are what is left. */
export class UnableToFork extends Error {}

/** The operating system's side of a fork server: its process, its channel, its start and its end. */
export class ServerProcess {
  /**
   * Resolves when the server takes orders.
   * @throws {PythonFailure} when it does not come so far.
   * @throws {UnableToFork}
   */
  readonly ready: Promise<ServerReport>;
  /** Resolves with how it ended, in a sentence without its end. */
  readonly ended: Promise<string>;
  readonly log: LogTail = new LogTail();
  onMessage: (message: Message) => void = () => {};
  readonly #child: ChildProcess;
  readonly #options: CompiledOptions;
  readonly #ready = Promise.withResolvers<ServerReport>();
  #channel: JsonChannel | null = null;
  #version = "";
  /** Why it was killed, or what it said itself. The first reason wins. */
  #reason: string | null = null;
  #referenced = true;

  constructor(spec: ServerSpec, options: CompiledOptions, reception: Reception, tags: Tags) {
    this.#options = options;
    const expected = reception.expect(["control"]);
    this.#child = spawn(spec.file, [pythonScript()], {
      cwd: "/",
      env: { ...spec.env, [RETURN_VARIABLE]: `${expected.token} ${reception.address}` },
      stdio: ["pipe", "pipe", "pipe"],
      // A ^C on the terminal is not for it.
      detached: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.on("error", () => {}).end();
    for (const stream of [stdout, stderr]) if (stream !== null) this.log.follow(stream);
    this.ready = this.#ready.promise;
    this.ready.catch(() => {});
    const { startTimeoutMs } = options;
    const cancel = deadline(startTimeoutMs, () => {
      this.#ready.reject(tooSlow(startTimeoutMs, this.log.text));
      this.kill(`was not ready within ${startTimeoutMs} ms`);
    });
    this.ready.then(cancel, cancel);
    void expected.streams.control.then((socket) => this.#connect(socket, tags));
    this.ended = this.#followToItsEnd().finally(() => {
      expected.cancel();
      this.#channel?.close();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(message: Message): void {
    this.#channel?.send(message);
  }

  /** Kills it for a reason, which completes "the Python server (pid 7) …". */
  kill(reason: string): void {
    if (this.#child.pid === undefined) return;
    this.#reason ??= `${reason} and was killed`;
    try {
      // The group: an interpreter may be a script that has started the real one.
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }

  /** Whether it keeps this program alive. */
  reference(wanted: boolean): void {
    this.#referenced = wanted;
    const { stdout, stderr } = this.#child;
    for (const each of [
      this.#child,
      stdout as Socket | null,
      stderr as Socket | null,
      this.#channel,
    ]) {
      if (wanted) each?.ref();
      else each?.unref();
    }
  }

  #connect(socket: Socket, tags: Tags): void {
    const channel = new JsonChannel(socket);
    this.#channel = channel;
    this.reference(this.#referenced);
    channel.onMessage = (message) => this.#receive(message);
    channel.send({ type: "server", tag: tags.of(0), ...programOf(this.#options) });
  }

  #receive(message: Message): void {
    switch (message.type) {
      case "hello":
        this.#version = String(message.version);
        break;
      case "ready":
        this.#ready.resolve({ ...(message as unknown as ServerReport), version: this.#version });
        break;
      case "failed":
        this.#ready.reject(reportedFailure(message, this.log.text));
        break;
      case "unable":
        this.#ready.reject(new UnableToFork(String(message.reason)));
        break;
      case "fatal":
        this.#reason ??= String(message.message);
        break;
      default:
        this.onMessage(message);
    }
  }

  async #followToItsEnd(): Promise<string> {
    const exit = await exitOf(this.#child);
    if (exit instanceof Error) {
      this.#ready.reject(unlaunched(exit));
      return "could not be started";
    }
    // Its processes are not to wait for its last words.
    void this.log.whole().then((log) => this.#ready.reject(this.#notReady(exit, log)));
    return this.#reason ?? describeExit(exit);
  }

  #notReady(exit: Exit, log: string): PythonFailure {
    if (this.#channel === null) return notPython(exit, log);
    return endedEarly(exit, "in its imports or its warm-up", log);
  }
}

function exitOf(child: ChildProcess): Promise<Exit | Error> {
  return new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", (code, signal) => {
      if (code !== null) resolve({ kind: "code", code });
      else resolve({ kind: "signal", signal: signal ?? "unknown" });
    });
  });
}

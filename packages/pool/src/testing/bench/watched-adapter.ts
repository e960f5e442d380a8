import type { ProcessHost, ProcessSpec, ToolProcess } from "../../contract/process-host.ts";
import type { ToolAdapter } from "../../contract/tool-adapter.ts";
import type { ToolConnection } from "../../contract/tool-connection.ts";
import { type Cut, inPieces, through } from "./cut.ts";
import type { Pause } from "./pause.ts";

/** A process that the adapter was connected to. */
export interface Seen<Request, Result> {
  readonly process: ToolProcess;
  readonly connection: ToolConnection<Request, Result>;
}

/** How stdout comes to the connection. */
export interface Delivery {
  readonly cut: Cut | null;
  readonly pause: Pause | null;
}

/** An adapter that is the given one, and what is seen of it. */
export class WatchedAdapter<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  /** In the order of their starts. */
  readonly seen: Seen<Request, Result>[] = [];
  /** What was started. */
  readonly specs: ProcessSpec[] = [];
  /** Signals that were sent to its processes. */
  readonly signals: NodeJS.Signals[] = [];
  /** Bytes that its processes have said. */
  said = 0;

  constructor(adapter: ToolAdapter<Request, Result>, host: ProcessHost, delivery: Delivery) {
    const { name, capabilities } = adapter;
    this.adapter = {
      name,
      ...(capabilities === undefined ? {} : { capabilities }),
      host: {
        start: (spec, signal) => this.#start(host, spec, signal, delivery),
        dispose: async () => {},
      },
      command: (slot, request) => adapter.command(slot, request),
      connect: (process, slot) => {
        const connection = adapter.connect(process, slot);
        this.seen.push({ process, connection });
        return connection;
      },
    };
  }

  /** The newest one. */
  get latest(): Seen<Request, Result> | undefined {
    return this.seen.at(-1);
  }

  async #start(
    host: ProcessHost,
    spec: ProcessSpec,
    signal: AbortSignal,
    { cut, pause }: Delivery,
  ): Promise<ToolProcess> {
    this.specs.push(spec);
    const process = await host.start(spec, signal);
    const counted = this.#counted(process);
    if (cut !== null) return through(counted, inPieces(cut));
    return pause === null ? counted : through(counted, pause.stream());
  }

  #counted(process: ToolProcess): ToolProcess {
    // Listened to through `emit`, since a listener of its own would set the stream flowing.
    for (const stream of [process.stdout, process.stderr]) {
      if (stream === null) continue;
      const push = stream.push.bind(stream);
      stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
        if (chunk !== null) this.said += (chunk as Uint8Array).length;
        return push(chunk, encoding);
      };
    }
    return {
      get pid() {
        return process.pid;
      },
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      endInput: () => process.endInput(),
      exited: process.exited,
      kill: (signal, target) => {
        this.signals.push(signal);
        return process.kill(signal, target);
      },
      ...(process.memory === undefined
        ? {}
        : { memory: async () => (await process.memory?.()) ?? null }),
    };
  }
}

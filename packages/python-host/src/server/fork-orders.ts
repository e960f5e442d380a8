import type { PythonFailure } from "../errors/start-errors.ts";
import { JsonChannel } from "../reception/json-channel.ts";
import type { Expected, Reception } from "../reception/reception.ts";
import { ForkedProcess, type ServerLink } from "./forked-process.ts";

/** What each forked process connects to us with. */
export const FORKED_STREAMS = ["stdin", "stdout", "stderr", "control"] as const;

type Streams = Expected<(typeof FORKED_STREAMS)[number]>;

interface Order {
  readonly expected: Streams;
  readonly reject: (failure: PythonFailure) => void;
}

/** Forks that were ordered of a server, until each has come to us with all its streams. */
export class ForkOrders {
  readonly #reception: Reception;
  readonly #link: ServerLink;
  readonly #orders = new Map<number, Order>();

  constructor(reception: Reception, link: ServerLink) {
    this.#reception = reception;
    this.#link = link;
  }

  /** Returns the token that the process will need to be let in. */
  place(id: number): { readonly token: string; readonly arrival: Promise<ForkedProcess> } {
    const expected = this.#reception.expect(FORKED_STREAMS);
    const { promise, resolve, reject } = Promise.withResolvers<ForkedProcess>();
    this.#orders.set(id, { expected, reject });
    void this.#receive(id, expected.streams).then(resolve, reject);
    return { token: expected.token, arrival: promise };
  }

  refuse(id: number, failure: PythonFailure): void {
    const order = this.#orders.get(id);
    this.#orders.delete(id);
    order?.expected.cancel();
    // Those that have come are nobody's.
    for (const stream of Object.values(order?.expected.streams ?? {})) {
      void stream.then((socket) => socket.destroy());
    }
    order?.reject(failure);
  }

  refuseAll(failure: PythonFailure): void {
    for (const id of [...this.#orders.keys()]) this.refuse(id, failure);
  }

  async #receive(id: number, streams: Streams["streams"]): Promise<ForkedProcess> {
    const [stdin, stdout, stderr] = await Promise.all([
      streams.stdin,
      streams.stdout,
      streams.stderr,
    ]);
    const control = new JsonChannel(await streams.control);
    const pid = await new Promise((resolve) => {
      control.onMessage = (message) => resolve(message.pid);
    });
    const process = new ForkedProcess(
      id,
      Number(pid),
      { stdin, stdout, stderr, control },
      this.#link,
    );
    // It may have ended since it said so, or its server may have.
    if (!this.#orders.delete(id)) process.discard();
    return process;
  }
}

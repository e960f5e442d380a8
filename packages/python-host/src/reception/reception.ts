import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { readFirstLine } from "./first-line.ts";
import { makePrivateFolder, removePrivateFolder } from "./private-folder.ts";

/** The streams that a Python process opens to us, each named in its first line. */
export type StreamName = "control" | "stdin" | "stdout" | "stderr" | "log";

/** Streams that are to come. */
export interface Expected<Name extends StreamName> {
  /** Good for each of the streams once. */
  readonly token: string;
  readonly streams: Readonly<Record<Name, Promise<Socket>>>;
  /** None of them is taken any more. */
  cancel(): void;
}

type Guest = Map<string, (socket: Socket) => void>;

/**
 * Where Python processes come back to us. Node cannot be handed a descriptor, so each of their streams is
 * a connection to one socket in a private folder, and begins with a line of a one-time token and a name.
 */
export class Reception {
  readonly address: string;
  readonly folder: string;
  readonly #server: Server;
  readonly #guests = new Map<string, Guest>();
  readonly #strangers = new Set<Socket>();

  static async open(): Promise<Reception> {
    const folder = await makePrivateFolder();
    // What is half open stays so: the end of a process's output is not the end of its input.
    const server = createServer({ allowHalfOpen: true });
    const address = join(folder, "s");
    server.listen({ path: address, backlog: 1024 });
    await once(server, "listening");
    // Whoever waits for a process keeps this program alive, not the door it will come through.
    server.unref();
    return new Reception(folder, address, server);
  }

  private constructor(folder: string, address: string, server: Server) {
    this.folder = folder;
    this.address = address;
    this.#server = server;
    server.on("connection", (socket) => void this.#receive(socket));
    server.on("error", () => {});
  }

  expect<Name extends StreamName>(names: readonly Name[]): Expected<Name> {
    const token = randomBytes(32).toString("hex");
    const guest: Guest = new Map();
    const streams = names.map((name) => {
      const { promise, resolve } = Promise.withResolvers<Socket>();
      guest.set(name, resolve);
      return [name, promise] as const;
    });
    this.#guests.set(token, guest);
    return {
      token,
      streams: Object.fromEntries(streams) as Record<Name, Promise<Socket>>,
      cancel: () => {
        this.#guests.delete(token);
      },
    };
  }

  async close(): Promise<void> {
    for (const socket of this.#strangers) socket.destroy();
    this.#server.close();
    await removePrivateFolder(this.folder);
  }

  async #receive(socket: Socket): Promise<void> {
    this.#strangers.add(socket);
    socket.on("error", () => {});
    const [token = "", name = ""] = (await readFirstLine(socket)).split(" ");
    this.#strangers.delete(socket);
    const take = this.#guests.get(token)?.get(name);
    if (take === undefined) {
      socket.destroy();
      return;
    }
    this.#guests.get(token)?.delete(name);
    take(socket);
  }
}

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { RUN_FILES } from "../store/run-folder.ts";
import { carryOut, refusal } from "./carry-out.ts";
import type { ControlAddress, ControlAnswer, Controllable } from "./control-contract.ts";
import { socketPlace } from "./socket-place.ts";

/** Longer lines are no commands. */
const LONGEST_LINE = 64 * 1024;
/** Whoever says nothing for so long is let go. */
const IDLE_MS = 60_000;
const MOST_CONNECTIONS = 64;
/** Of answers that nobody reads: whoever asks on without reading is let go. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Lets other programs of the same user ask and steer a run, over a Unix socket. */
export class ControlServer implements AsyncDisposable {
  /** The path of the socket. */
  readonly socket: string;
  readonly #server: Server;
  readonly #addressFile: string;
  readonly #connections: Set<Socket>;

  private constructor(
    socket: string,
    server: Server,
    addressFile: string,
    connections: Set<Socket>,
  ) {
    this.socket = socket;
    this.#server = server;
    this.#addressFile = addressFile;
    this.#connections = connections;
  }

  /**
   * Begins to listen, and writes down where in the run's folder. It keeps no program alive.
   * @param folder The run's, which this process owns: what an earlier one left is taken away.
   * @throws {Error} when there is no private place for a socket, or nobody can listen there.
   */
  static async start(run: Controllable, folder: string): Promise<ControlServer> {
    const socket = await socketPlace(folder);
    const connections = new Set<Socket>();
    const server = createServer((connection) => {
      connections.add(connection);
      connection.once("close", () => connections.delete(connection));
      serve(run, connection);
    });
    server.maxConnections = MOST_CONNECTIONS;
    await rm(socket, { force: true });
    await listen(server, socket);
    server.unref();
    const addressFile = join(folder, RUN_FILES.control);
    const address: ControlAddress = { socket, pid: process.pid };
    try {
      await writeFile(`${addressFile}.new`, `${JSON.stringify(address)}\n`, { mode: 0o600 });
      await rename(`${addressFile}.new`, addressFile);
    } catch (error) {
      server.close();
      throw error;
    }
    return new ControlServer(socket, server, addressFile, connections);
  }

  /** Listens no more, and takes away the socket and the file that names it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#addressFile, { force: true }).catch(() => {});
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroySoon();
    // Node removes the socket itself; who does not read holds nobody up.
    const late = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
    }, 1_000);
    await closed;
    clearTimeout(late);
  }
}

/** Where the process listens that is at work on a run; `null` where none says so. */
export async function controlAddress(folder: string): Promise<ControlAddress | null> {
  try {
    const text = await readFile(join(folder, RUN_FILES.control), "utf8");
    const { socket, pid } = JSON.parse(text) as Partial<ControlAddress>;
    return typeof socket === "string" && typeof pid === "number" ? { socket, pid } : null;
  } catch {
    return null;
  }
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, () => {
      server.off("error", reject);
      // A connection that could not be accepted is its own problem.
      server.on("error", () => {});
      resolve();
    });
  });
}

function serve(run: Controllable, connection: Socket): void {
  let rest = "";
  let answers: Promise<void> = Promise.resolve();
  const answer = (given: ControlAnswer): void => {
    if (!connection.writable) return;
    connection.write(`${JSON.stringify(given)}\n`);
    if (connection.writableLength > MOST_UNREAD_BYTES) connection.destroy();
  };
  connection.setEncoding("utf8");
  connection.setTimeout(IDLE_MS, () => connection.destroy());
  connection.on("error", () => {});
  connection.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() === "") continue;
      // One after the other, also where one takes its time.
      answers = answers.then(async () => {
        if (connection.writable) answer(await carryOut(run, line));
      });
    }
    if (rest.length > LONGEST_LINE) {
      answer(refusal("MALFORMED", `A line has at most ${LONGEST_LINE} characters.`));
      rest = "";
      connection.end();
    }
  });
}

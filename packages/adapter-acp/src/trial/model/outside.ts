import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that lets nothing through, and writes down who wanted what. */
export interface ClosedDoor extends AsyncDisposable {
  /** What was asked for, such as `registry.example:443`. */
  readonly attempts: readonly string[];
  /** Variables that lead everything but loopback here. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts a proxy that refuses at once, so that a program that wants to leave the machine fails fast. */
export async function closeDoor(): Promise<ClosedDoor> {
  const attempts: string[] = [];
  const server = createServer((request, response) => {
    attempts.push(request.url ?? "");
    response.writeHead(403).end();
  });
  server.on("connect", ({ url }, socket) => {
    attempts.push(url ?? "");
    // Whoever is refused may hang up first.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const variables = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy, NO_PROXY: LOOPBACK };
  return {
    attempts,
    variables: Object.fromEntries(
      Object.entries(variables).flatMap(([name, value]) => [
        [name, value],
        [name.toLowerCase(), value],
      ]),
    ),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const LOOPBACK = "127.0.0.1,localhost,::1";

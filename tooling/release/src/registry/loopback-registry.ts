import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@cluster/testkit";

/** A registry of our own, which takes every package of `@cluster` and serves no other. */
export interface LoopbackRegistry extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
}

/**
 * Starts verdaccio on a free port of 127.0.0.1, with an empty storage in a temporary folder.
 * @throws {Error} when it ends before it listens, with what it printed
 */
export async function startLoopbackRegistry(): Promise<LoopbackRegistry> {
  const storage = await temporaryFolder();
  const server = fork(fileURLToPath(new URL("serve.ts", import.meta.url)), [storage.path], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
  });
  let printed = "";
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      printed = (printed + chunk).slice(-10_000);
    });
  }
  const ended = once(server, "exit");
  const stop = async (): Promise<void> => {
    server.kill("SIGKILL");
    await ended;
    await storage[Symbol.asyncDispose]();
  };
  const started = await Promise.race([once(server, "message"), ended.then(() => null)]);
  if (started === null) {
    await stop();
    throw new Error(`The registry ended before it listened:\n${printed}`);
  }
  const [{ port }] = started as [{ port: number }];
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: stop };
}

// Uses up all of its file descriptors, loses the processes of its pool until no other one comes, and
// frees them again. It says what it learns of each step, and ends.
import { closeSync, openSync } from "node:fs";
import { createPool, jsonLinesProtocol, type PoolEvent, systemClock } from "@cluster/pool";
import { hostNamed } from "../host/fault-host.ts";

const host = hostNamed(process.argv[2]);
const taken: number[] = [];
let exhausted = false;
const refused = Promise.withResolvers<string>();
await using pool = createPool<string, string>({
  restart: { intensity: 1_000, backoffMs: 5, maxBackoffMs: 5 },
  graceMs: 100,
  adapter: {
    name: "fault-tool",
    host: host.create,
    command: () => ({ ...host.tool("none"), env: { ...process.env } as Record<string, string> }),
    connect: jsonLinesProtocol(),
  },
});
pool.subscribe((event: PoolEvent) => {
  if (!exhausted) return;
  // Those of the process that has just ended must not serve the next one.
  takeAll();
  // A host may still have a process in store.
  if (event.type === "process.ready") process.kill(event.pid, "SIGKILL");
  if (event.type !== "instance.state" || event.state !== "backoff") return;
  if (event.detail?.includes("descriptors") === true) refused.resolve(event.detail);
});
say({ before: await pool.run("before") });
const error = takeAll();
exhausted = true;
// A turn on the process that lives needs no descriptor.
say({ error, meanwhile: await pool.run("meanwhile") });
process.kill(pool.status().instances[0]?.pid as number, "SIGKILL");
say({ refused: await refused.promise });
exhausted = false;
for (const descriptor of taken.splice(0)) closeSync(descriptor);
say({ after: await pool.run("after") });

function takeAll(): unknown {
  for (;;) {
    try {
      taken.push(openSync("/dev/null", "r"));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  }
}

function say(message: object): void {
  console.log(JSON.stringify({ ...message, at: systemClock.now() }));
}

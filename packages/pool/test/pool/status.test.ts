import { finished } from "node:stream/promises";
import { afterAll, expect, test } from "vitest";
import { childProcessHost, createPool, type ProcessHost } from "../../src/index.ts";
import { expectNoProcessLeft, jsonTool, quick } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("whoever asks for the status when a process is ready or has ended finds what the event says", async () => {
  const told: (number | null)[] = [];
  const found: (number | null | undefined)[] = [];
  {
    await using pool = createPool({ adapter: quick(), spares: 1 });
    const spare = Promise.withResolvers<void>();
    pool.subscribe((event) => {
      if (event.type === "spare.state" && event.state === "ready") spare.resolve();
      if (event.type !== "process.ready" && event.type !== "process.ended") return;
      // Where a spare takes over, its predecessor ends beside it.
      if (event.type === "process.ended" && event.reason === "replaced") return;
      told.push(event.type === "process.ready" ? event.pid : null);
      found.push(pool.status().instances[0]?.pid);
    });
    await pool.ready();
    await spare.promise;
    await pool.run("answer", { release: "replace" });
  }
  expect(found).toEqual(told);
  expect(told).toHaveLength(3);
});

/** Child processes whose end is told when their output is over, and then looked at step by step. */
function watchedHost(look: () => void): ProcessHost {
  const inner = childProcessHost();
  return {
    async start(spec, signal) {
      const started = await inner.start(spec, signal);
      const { pid, stdin, stdout, stderr } = started;
      const over = [stdout, stderr].map((stream) => stream && finished(stream).catch(() => {}));
      const exited = (async () => {
        const exit = await started.exited;
        await Promise.all(over);
        return exit;
      })();
      void exited.then(async () => {
        for (let step = 0; step < 100; step += 1) {
          look();
          await null;
        }
      });
      return {
        pid,
        stdin,
        stdout,
        stderr,
        exited,
        endInput: () => started.endInput(),
        kill: (name, target) => started.kill(name, target),
      };
    },
    dispose: () => inner.dispose(),
  };
}

test("a process is there until its end has been told", async () => {
  let ended = false;
  const found = new Set<string>();
  const host = watchedHost(() => {
    found.add(
      `${pool.status().instances[0]?.alive ? "there" : "gone"}, ${ended ? "told" : "untold"}`,
    );
  });
  await using pool = createPool({ adapter: { ...jsonTool("dies-in-turn"), host } });
  pool.subscribe((event) => {
    if (event.type === "process.ended") ended = true;
  });
  await expect(pool.run({ echo: "die" })).rejects.toMatchObject({ code: "PROCESS_EXITED" });
  await pool.shutdown();
  expect([...found]).toEqual(["there, untold", "gone, told"]);
});

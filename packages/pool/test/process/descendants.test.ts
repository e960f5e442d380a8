import { isAlive, waitFor } from "@cluster/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { createPool, lineProtocol, PROCESS_MARKER, type ToolAdapter } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, jsonTool, markedEnvironment } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

/** Answers with the pid of a daemon: forked twice, in a session of its own, with no stream of its own. */
const daemon = `
import os, sys, time
def daemon():
    r, w = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(r)
            os.write(w, str(os.getpid()).encode())
            for fd in (0, 1, 2, w): os.close(fd)
            time.sleep(600)
        os._exit(0)
    os.close(w)
    return os.read(r, 20).decode()
print(end="> ", flush=True)
for line in sys.stdin:
    print(daemon(), end="\\n> ", flush=True)
`;

const daemonic: ToolAdapter = {
  name: "daemonic",
  command: () => ({ file: "python3", args: ["-c", daemon], env: markedEnvironment }),
  connect: lineProtocol({ prompt: "> " }),
};

// Elsewhere there is no way to see the environment of a process.
describe.runIf(process.platform === "linux")(
  "what a process leaves in a session of its own",
  () => {
    test("is gone when its pool is shut down", async () => {
      const pool = createPool({ adapter: jsonTool("grandchild", ["--own-session"]), size: 2 });
      const pids = await Promise.all([0, 1].map((instance) => pool.run("x", { instance })));
      for (const { pid } of pids) expect(isAlive(pid)).toBe(true);
      await pool.shutdown();
      for (const { pid } of pids) expect(isAlive(pid)).toBe(false);
    });

    test("is gone when its instance is stopped or restarted", async () => {
      await using pool = createPool({ adapter: daemonic });
      for (const order of ["restart", "stop"] as const) {
        const pid = Number(await pool.run("x"));
        expect(isAlive(pid)).toBe(true);
        await pool[order](0);
        expect(isAlive(pid)).toBe(false);
      }
    });

    test("goes soon after a crash, and is not waited for", async () => {
      await using pool = createPool({ adapter: daemonic, spares: 1 });
      const pid = Number(await pool.run("x"));
      await waitFor(() => pool.status().spares.ready === 1, { what: "a spare" });
      process.kill(pool.status().instances[0]?.pid ?? 0, "SIGKILL");
      await waitFor(() => !isAlive(pid), { what: "the end of the daemon" });
      expect(pool.status().instances[0]).toMatchObject({ state: "ready", generation: 2 });
    });

    test("does not take along what other processes have", async () => {
      await using pool = createPool({ adapter: daemonic, size: 2 });
      const [first = 0, second = 0] = await Promise.all(
        [0, 1].map(async (instance) => Number(await pool.run("x", { instance }))),
      );
      await pool.stop(0);
      expect([isAlive(first), isAlive(second)]).toEqual([false, true]);
    });
  },
);

test("each process has a marker of its own in its environment", async () => {
  await using pool = createPool({ adapter: jsonLines(), size: 2 });
  const markers = await Promise.all(
    [0, 1].map((instance) => pool.run({ env: PROCESS_MARKER }, { instance })),
  );
  expect(new Set(markers).size).toBe(2);
});

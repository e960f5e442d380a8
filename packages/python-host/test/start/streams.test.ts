import { once } from "node:events";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { describeMode, firstLine, never, probeHost, spec, wholeRun } from "../support/host.ts";

const BIG = 8 * 1024 * 1024;

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test("input is heard as it comes, and its end is heard", async () => {
      const process = await probeHost({ mode }).start(spec(["echo"]), never);
      process.stdin.write('{"a":1}\n');
      expect(await firstLine(process)).toEqual({ a: 1 });
      process.stdin.write("last");
      process.endInput();
      expect(await wholeRun(process)).toEqual({
        stdout: "lastend of input\n",
        stderr: "",
        exit: { kind: "code", code: 0 },
      });
    });

    test("big output comes whole, waits for its reader, and stderr is apart", async () => {
      const process = await probeHost({ mode }).start(spec(["flood", String(BIG)]), never);
      let ended = false;
      void process.exited.then(() => {
        ended = true;
      });
      await once(process.stdout, "readable");
      // Nobody reads on: buffers are full long before that much.
      await waitFor(() => process.stdout.readableLength > 0);
      expect(process.stdout.readableLength).toBeLessThan(BIG / 4);
      expect(ended).toBe(false);
      let size = 0;
      process.stdout.on("data", (chunk: Buffer) => {
        size += chunk.length;
      });
      let words = "";
      process.stderr?.on("data", (chunk) => {
        words += chunk;
      });
      await Promise.all([once(process.stdout, "end"), process.exited]);
      await waitFor(() => words === "done");
      expect(size).toBe(BIG);
    });

    test("a process that is gone takes no input, and its streams close", async () => {
      const process = await probeHost({ mode }).start(spec(["leave", "0"]), never);
      process.stdin.on("error", () => {});
      process.stdout.resume();
      process.stderr?.resume();
      await process.exited;
      await waitFor(
        () => process.stdout.closed && process.stderr?.closed && process.stdin.destroyed,
      );
      const error = await new Promise((resolve) => process.stdin.write("x", resolve));
      expect(error).toBeInstanceOf(Error);
    });

    test("its private memory is told in bytes", async () => {
      const process = await probeHost({ mode }).start(spec(["wait"]), never);
      await firstLine(process);
      const bytes = await process.memory?.();
      expect(bytes).toBeGreaterThan(100_000);
      expect(bytes).toBeLessThan(64 * 1024 * 1024);
      process.kill("SIGKILL", "group");
      await process.exited;
    });

    test("a fork shares what was loaded before it", { timeout: 60_000 }, async () => {
      const process = await probeHost({ mode, warmUp: "probe:fill" }).start(
        spec(["wait", "collect"]),
        never,
      );
      await firstLine(process);
      const bytes = (await process.memory?.()) ?? 0;
      const much = 24 * 1024 * 1024;
      if (mode === "fork") expect(bytes).toBeLessThan(much);
      else expect(bytes).toBeGreaterThan(much);
    });

    test("fifty at once have each their own", async () => {
      const host = probeHost({ mode });
      const numbers = Array.from({ length: 50 }, (_, index) => String(index));
      const runs = await Promise.all(
        numbers.map(async (number) => {
          const process = await host.start(spec(["echo"]), never);
          process.stdin.end(`${number}\n`);
          return { pid: process.pid, stdout: (await wholeRun(process)).stdout };
        }),
      );
      expect(runs.map(({ stdout }) => stdout)).toEqual(numbers.map((n) => `${n}\nend of input\n`));
      expect(new Set(runs.map(({ pid }) => pid)).size).toBe(50);
    });
  });
}

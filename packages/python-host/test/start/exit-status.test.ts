import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { describeMode, never, probeHost, spec, wholeRun } from "../support/host.ts";

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test.each([
      ["sys.exit(0)", "0", { kind: "code", code: 0 }, "at exit\n", /^$/],
      ["sys.exit(3)", "3", { kind: "code", code: 3 }, "at exit\n", /^$/],
      ["sys.exit(text)", "text", { kind: "code", code: 1 }, "at exit\n", /^a farewell\n$/],
      ["a value that is returned", "value", { kind: "code", code: 7 }, "at exit\n", /^$/],
      ["os._exit(9)", "hard", { kind: "code", code: 9 }, "", /^$/],
      ["a thread that goes on", "thread", { kind: "code", code: 0 }, "thread\nat exit\n", /^$/],
      [
        "an exception",
        "raise",
        { kind: "code", code: 1 },
        "at exit\n",
        /^Traceback [\s\S]*probe\.py[\s\S]*\nValueError: a mistake\n$/,
      ],
      [
        "an interrupt that nobody catches",
        "interrupt",
        { kind: "signal", signal: "SIGINT" },
        "at exit\n",
        /KeyboardInterrupt\n$/,
      ],
      [
        "text in a buffer",
        "unflushed",
        { kind: "code", code: 0 },
        "still in the bufferat exit\n",
        /^$/,
      ],
    ])("%s", async (_what, how, exit, stdout, stderr) => {
      const run = await wholeRun(await probeHost({ mode }).start(spec(["leave", how]), never));
      expect(run).toEqual({ exit, stdout, stderr: expect.stringMatching(stderr) });
    });

    test("files that nobody closed are written, and temporary ones removed", async () => {
      await using folder = await temporaryFolder();
      const cwd = folder.path;
      await wholeRun(await probeHost({ mode }).start(spec(["leave", "files"], { cwd }), never));
      expect(await readdir(cwd)).toEqual(["kept.txt"]);
      expect(await readFile(join(cwd, "kept.txt"), "utf8")).toBe("kept");
    });

    test("output that nobody takes at the end", async () => {
      const process = await probeHost({ mode }).start(spec(["echo"]), never);
      process.stdout.destroy();
      process.endInput();
      expect(await process.exited).toEqual({ kind: "code", code: 120 });
    });

    test.each(["SIGTERM", "SIGKILL", "SIGUSR1"] as const)("%s", async (name) => {
      const process = await probeHost({ mode }).start(spec(["wait"]), never);
      expect(process.kill(name, "process")).toBe(true);
      expect(await process.exited).toEqual({ kind: "signal", signal: name });
      expect(process.kill(name, "process")).toBe(false);
      expect(process.kill(name, "group")).toBe(false);
      expect(await process.memory?.()).toBeNull();
    });
  });
}

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { describeMode, never, probeHost, python, spec, wholeRun } from "../support/host.ts";

const print = ["-c", "import sys; print(sys.executable)"];
const others = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"].flatMap((version) => {
  const { status, stdout } = spawnSync(`python${version}`, print, { encoding: "utf8" });
  return status === 0 ? [[version, stdout.trim()] as const] : [];
});
/** That which all other tests run on, and those that are on this machine beside it. */
const versions = [["3", python] as const, ...others];

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test.each(versions)("Python %s", async (_version, file) => {
      const start = spec(["leave", "text"], { file });
      const process = await probeHost({ mode, warmUp: "probe:warm_up" }).start(start, never);
      expect(await wholeRun(process)).toEqual({
        stdout: expect.stringMatching(/^at exit\n/),
        stderr: "a farewell\n",
        exit: { kind: "code", code: 1 },
      });
    });
  });
}

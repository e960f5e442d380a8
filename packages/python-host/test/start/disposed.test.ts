import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { type PythonHostOptions, pythonHost } from "../../src/index.ts";
import { describeMode, leftovers, never, probeHost, rejection, spec } from "../support/host.ts";

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test.each([0, 5])(
      "a start that is under way for %i ms when its host is disposed of says so",
      async (ms) => {
        const host = probeHost({ mode });
        const start = rejection(host.start(spec(["wait"]), never));
        if (ms > 0) await delay(ms);
        await host.dispose();
        expect(await start).toMatchObject({ code: "POOL_CLOSED" });
      },
    );

    test("nothing of a start that was importing is left when the host has been disposed of", async () => {
      const host = probeHost({ mode, modules: ["slow"] });
      const start = rejection(host.start(spec(["wait"]), never));
      await waitFor(() => leftovers().length > 0, { what: "a process that imports" });
      await host.dispose();
      expect(leftovers()).toEqual([]);
      expect(await start).toMatchObject({ code: "POOL_CLOSED" });
    });
  });
}

test.each([
  [{ sparse: 3 }, "sparse: there is no such option, found number 3."],
  [{ restart: { intensty: 3 } }, "restart.intensty: there is no such option, found number 3."],
  [{ modules: "json" }, "modules: expected an array of strings, found string 'json'."],
  [{ lateEnvironment: "A" }, "lateEnvironment: expected an array of strings, found string 'A'."],
])("refused: %j", (wrong, message) => {
  const options = { entry: "json:dumps", ...wrong } as unknown as PythonHostOptions;
  expect(() => pythonHost(options)).toThrow(message);
});

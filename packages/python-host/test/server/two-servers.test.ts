import { waitFor } from "@cluster/testkit";
import { afterEach, expect, test, vi } from "vitest";
import { describeMode, environment, never, probeHost, spec, wholeRun } from "../support/host.ts";

afterEach(() => vi.restoreAllMocks());

describeMode("fork", () => {
  test("two servers that were idle are used at once: neither ends the other", async () => {
    const host = probeHost({ mode: "fork" });
    const environments = ["one", "other"].map((NAME) => ({ ...environment, NAME }));
    for (const env of environments) await host.prepare({ file: spec([]).file, env });
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + 40_000);
    const processes = await Promise.all(
      environments.map((env) => host.start(spec(["leave", "hard"], { env }), never)),
    );
    for (const process of processes) await wholeRun(process);
    expect(host.status()).toHaveLength(2);
  });

  test("starts that are given up leave no more spares than are wanted", async () => {
    const host = probeHost({ mode: "fork", spares: 1 });
    await host.prepare(spec([]));
    const giveUp = new AbortController();
    const starts = Array.from({ length: 10 }, () => host.start(spec(["wait"]), giveUp.signal));
    setTimeout(() => giveUp.abort(), 3);
    await Promise.allSettled(starts);
    // All forks that were ordered before this one have come.
    await wholeRun(await host.start(spec(["leave", "hard"]), never));
    await waitFor(() => host.status()[0]?.spares === 1);
    expect(host.status()[0]?.spares).toBe(1);
  });
});

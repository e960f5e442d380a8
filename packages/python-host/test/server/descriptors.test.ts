import { readdirSync } from "node:fs";
import { waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHost } from "../../src/index.ts";
import { describeMode, firstLine, never, probeHost, spec, wholeRun } from "../support/host.ts";

function descriptors(pid: number | "self"): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

async function manyStarts(host: PythonHost, count: number): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await wholeRun(await host.start(spec(["leave", "hard"]), never));
  };
  await Promise.all([work(), work(), work()]);
}

describeMode("fork", () => {
  test("three hundred starts leave no descriptor open, here or in the server", async () => {
    const host = probeHost({ mode: "fork" });
    await manyStarts(host, 10);
    await waitFor(() => host.status()[0]?.spares === 1);
    const server = host.status()[0]?.pid ?? 0;
    const before = { here: descriptors("self"), there: descriptors(server) };
    await manyStarts(host, 300);
    await waitFor(() => host.status()[0]?.spares === 1);
    await waitFor(() => descriptors("self") <= before.here, { what: "descriptors to be closed" });
    expect(descriptors(server)).toBe(before.there);
    expect(host.status()[0]?.pid).toBe(server);
  });

  test("a process has its three streams and what its imports have opened, nothing of the server's", async () => {
    const host = probeHost({ mode: "fork", spares: 3 });
    const many = [];
    for (let index = 0; index < 4; index += 1) many.push(await host.start(spec(["wait"]), never));
    const other = await probeHost({ mode: "process" }).start(spec(["wait"]), never);
    // They have come to their entry, and closed what told that.
    for (const process of [...many, other]) await firstLine(process);
    for (const process of many) expect(descriptors(process.pid)).toBe(descriptors(other.pid));
    for (const process of [...many, other]) process.kill("SIGKILL", "group");
    await Promise.all([...many, other].map(({ exited }) => exited));
  });
});

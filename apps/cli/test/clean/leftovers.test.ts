import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, TEST_MARKER, waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import type { RunningCli } from "../harness/cli.ts";

/** An agent that says its pid and goes on, whether somebody listens or not: as many real ones do. */
const DEAF = `
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
// Should the test fail, it does not stay for ever.
setTimeout(() => process.exit(70), 300_000);
process.stdout.on("error", () => {});
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { files } = JSON.parse(line).request;
  writeFileSync(process.argv[2] + "/" + files[0].replaceAll("/", "-"), String(process.pid));
}
`;

let bench: Bench;
beforeEach(async () => {
  bench = await createBench(2);
  const { home } = bench.cli;
  await writeFile(join(home, "deaf.mjs"), DEAF);
  await writeFile(
    join(home, "deaf.config.ts"),
    `import { inheritedEnvironment, jsonLinesProtocol } from "@cluster/pool";
const env = inheritedEnvironment({ ${TEST_MARKER}: process.env.${TEST_MARKER} ?? "" });
const args = [${JSON.stringify(join(home, "deaf.mjs"))}, ${JSON.stringify(home)}];
const command = () => ({ file: process.execPath, args, env });
export default { tool: "deaf", tools: { deaf: { name: "deaf", command, connect: jsonLinesProtocol() } } };
`,
  );
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const cluster = (...args: readonly string[]) => {
  // To ask aider for its version takes a second of processor.
  const env = { CLUSTER_AIDER: "/nowhere/aider" };
  return bench.cli.run(args, { cwd: bench.repository.path, env });
};

/** Begins a run of one file, and gives the pid of its agent when that is at work. */
async function begin(
  file: string,
): Promise<{ readonly running: RunningCli; readonly pid: number }> {
  const { home } = bench.cli;
  const args = ["run", "--config", join(home, "deaf.config.ts"), "-m", "x", "-w", "1", file];
  const running = bench.cli.start(args, { cwd: bench.repository.path });
  const pid = await waitFor(
    async () =>
      Number(await readFile(join(home, file.replaceAll("/", "-")), "utf8").catch(() => 0)),
    { what: `a turn on ${file}`, timeoutMs: 60_000 },
  );
  return { running, pid };
}

it.each([
  ["clean", ["clean", "last"], /^1 process that a killed command had left ended\.\n.*has tasks/s],
  ["doctor", ["doctor"], /warn +left processes +1 tool process of a killed command ended just now/],
])(
  "an agent that outlived its killed command is ended by %s, and one of a living run is not",
  async (_, args, said) => {
    const [one = "", two = ""] = bench.repository.files;
    const living = await begin(one);
    const killed = await begin(two);
    killed.running.kill("SIGKILL");
    await killed.running.ended;
    expect([isAlive(living.pid), isAlive(killed.pid)]).toEqual([true, true]);
    expect((await cluster(...args)).stdout).toMatch(said);
    expect([isAlive(living.pid), isAlive(killed.pid)]).toEqual([true, false]);
    living.running.kill("SIGINT");
    await waitFor(() => living.running.said().includes("again"), { what: "the answer to ^C" });
    living.running.kill("SIGINT");
    await living.running.ended;
    await bench.cli.nothingLeft();
  },
  120_000,
);

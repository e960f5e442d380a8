import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isAlive, type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PythonHostOptions } from "../../src/index.ts";
import { describeMode, environment, programs, spec } from "../support/host.ts";

const script = fileURLToPath(new URL("../support/parent.ts", import.meta.url));

/** A few hundredths of a second usually, and two seconds at most; this machine may be slow and busy. */
const GONE_MS = 5_000;

let temporary: TemporaryFolder;
let parent: ChildProcess;
let said = "";
let ended: Promise<unknown>;

beforeEach(async () => {
  temporary = await temporaryFolder();
});

afterEach(async () => {
  parent?.kill("SIGKILL");
  await temporary[Symbol.asyncDispose]();
});

/** Runs the parent until it has printed the pids of its processes. */
async function pidsOf(
  options: Partial<PythonHostOptions>,
  starts: readonly string[][],
  end = "",
): Promise<number[]> {
  const whole = { entry: "probe:main", path: [programs], ...options };
  const orders = JSON.stringify({ options: whole, spec: spec([]), starts, end });
  parent = spawn(process.execPath, ["--conditions=@cluster/source", script, orders], {
    env: { ...environment, TMPDIR: temporary.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // Kept from the first byte on: a stream that flows drops what comes while nobody listens.
  said = "";
  parent.stdout?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  ended = once(parent, "close");
  await waitFor(() => said.includes("\n"), { timeoutMs: 30_000, what: "the pids" });
  return JSON.parse(said.split("\n")[0] ?? "");
}

const STARTS = [
  ["wait", "deaf", "child", "session"],
  ["wait", "stop"],
];

async function expectGone(pids: readonly number[]): Promise<void> {
  expect(pids.every((pid) => pid > 0)).toBe(true);
  const what = `the end of ${pids.join(", ")}`;
  await waitFor(() => !pids.some(isAlive), { timeoutMs: GONE_MS, what });
  await waitFor(async () => (await readdir(temporary.path)).length === 0, {
    what: "the private folder to be removed",
  });
}

describeMode("fork", () => {
  test("killed with -9: within two seconds nothing of it is left", async () => {
    const pids = await pidsOf({ mode: "fork" }, STARTS);
    expect(pids).toHaveLength(5);
    parent.kill("SIGKILL");
    await expectGone(pids);
  });

  test("killed together with the server: the kernel ends the processes", async () => {
    const pids = await pidsOf({ mode: "fork" }, [["wait", "deaf"], ["wait"]]);
    parent.kill("SIGSTOP");
    process.kill(pids.at(-1) ?? 0, "SIGKILL");
    parent.kill("SIGKILL");
    await waitFor(() => !pids.some(isAlive), { timeoutMs: GONE_MS, what: "the end of all" });
  });

  test("that ends without a word to the host takes everything with it", async () => {
    await expectGone(await pidsOf({ mode: "fork" }, STARTS, "exit"));
  });

  test("is kept alive by a start and by what runs, and by nothing else", async () => {
    const pids = await pidsOf({ mode: "fork" }, [["wait", "leave"]], "idle");
    await ended;
    expect(JSON.parse(said.split("\n")[1] ?? "")).toEqual({ kind: "code", code: 0 });
    expect(parent.exitCode).toBe(0);
    await expectGone(pids);
  });

  test("killed during the warm-up: the server goes too", async () => {
    const [server = 0] = await pidsOf({ mode: "fork", warmUp: "slow:warm_up" }, [], "warm-up");
    parent.kill("SIGKILL");
    await waitFor(() => !isAlive(server), { timeoutMs: GONE_MS, what: "the end of the server" });
  });
});

describeMode("process", () => {
  test("killed with -9: its processes end with it where the kernel sees to it", async () => {
    const starts = [["wait", "deaf"], ["wait"]];
    const pids = await pidsOf({ mode: "process" }, starts);
    expect(pids).toHaveLength(2);
    parent.kill("SIGKILL");
    if (process.platform === "linux") {
      await waitFor(() => !pids.some(isAlive), { timeoutMs: GONE_MS });
    } else for (const pid of pids) process.kill(pid, "SIGKILL");
  });
});

import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { inheritedEnvironment, type ProcessSpec, type ToolProcess } from "@cluster/pool";
import { leftoverProcesses, TEST_MARKER, waitFor } from "@cluster/testkit";
import { afterAll, afterEach, describe } from "vitest";
import {
  type PythonHost,
  type PythonHostMode,
  type PythonHostOptions,
  pythonHost,
} from "../../src/index.ts";

const marker = randomUUID();
const found = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
});
const hasPython: boolean = found.status === 0;

/** Forks are for Linux; everything else holds everywhere. */
const modes: readonly PythonHostMode[] =
  process.platform === "linux" ? ["fork", "process"] : ["process"];
/** The interpreter itself: `python3` may be a script that looks for it, and takes its time. */
export const python: string = hasPython ? found.stdout.trim() : "python3";
export const programs: string = fileURLToPath(new URL("programs", import.meta.url));
export const environment: Record<string, string> = inheritedEnvironment({ [TEST_MARKER]: marker });
export const never: AbortSignal = new AbortController().signal;

const hosts: PythonHost[] = [];

/** Tests of a mode; skipped, with the reason in their name, where they cannot be run. */
export function describeMode(mode: PythonHostMode, tests: () => void): void {
  const missing = hasPython ? "" : " (needs python3)";
  const run = hasPython && modes.includes(mode) ? describe : describe.skip;
  run(`mode ${mode}${missing}`, () => {
    afterEach(async () => {
      await Promise.all(hosts.splice(0).map((host) => host.dispose()));
    });
    afterAll(() => expectNoProcessLeft());
    tests();
  });
}

/** The processes that the tests of this file have running. */
export function leftovers(): readonly { readonly pid: number }[] {
  return leftoverProcesses(marker);
}

/** A host for the probe, disposed of after the test. */
export function probeHost(options: Partial<PythonHostOptions> = {}): PythonHost {
  const host = pythonHost({ entry: "probe:main", path: [programs], ...options });
  hosts.push(host);
  return host;
}

export function spec(args: readonly string[], more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { file: python, args, cwd: "/", env: environment, ...more };
}

/** Everything a process prints, and how it ends. */
export async function wholeRun(process: ToolProcess): Promise<{
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: unknown;
}> {
  const [stdout, stderr, exit] = await Promise.all([
    text(process.stdout),
    text(process.stderr as NodeJS.ReadableStream),
    process.exited,
  ]);
  return { stdout, stderr, exit };
}

/** The first line that a process prints, as JSON. */
export async function firstLine<Value>(process: ToolProcess): Promise<Value> {
  let held = "";
  for await (const chunk of process.stdout.iterator({ destroyOnReturn: false })) {
    held += String(chunk);
    if (held.includes("\n")) break;
  }
  return JSON.parse(held.slice(0, held.indexOf("\n"))) as Value;
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Fails when a process of this file is still there. */
async function expectNoProcessLeft(timeoutMs = 5_000): Promise<void> {
  await waitFor(() => leftoverProcesses(marker).length === 0, {
    timeoutMs,
    what: `no process left: ${JSON.stringify(leftoverProcesses(marker))}`,
  });
}

interface Rejection extends Error {
  readonly code?: string;
  readonly cause?: { readonly code?: string };
}

/** The error that a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Rejection> {
  try {
    await promise;
  } catch (error) {
    return error as Rejection;
  }
  throw new Error("Expected a rejection, but it resolved.");
}

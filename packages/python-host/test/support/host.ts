import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { inheritedEnvironment, type ProcessSpec, type ToolProcess } from "@cluster/pool";
import { leftoverProcesses, TEST_MARKER, waitFor } from "@cluster/testkit";
import { type PythonHostMode, type PythonHostOptions, pythonHost } from "../../src/index.ts";

const marker = randomUUID();

export const programs: string = fileURLToPath(new URL("programs", import.meta.url));
export const modes: readonly PythonHostMode[] = ["fork", "process"];
export const environment: Record<string, string> = inheritedEnvironment({ [TEST_MARKER]: marker });
export const never: AbortSignal = new AbortController().signal;

export function probeHost(options: Partial<PythonHostOptions> = {}): ReturnType<typeof pythonHost> {
  return pythonHost({ entry: "probe:main", path: [programs], ...options });
}

export function spec(args: readonly string[], more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { file: "python3", args, cwd: "/", env: environment, ...more };
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

/** The processes of this file that live. */
export function living(): ReturnType<typeof leftoverProcesses> {
  return leftoverProcesses(marker);
}

export async function expectNoProcessLeft(): Promise<void> {
  await waitFor(() => living().length === 0, {
    timeoutMs: 5_000,
    what: `no process left: ${JSON.stringify(living())}`,
  });
}

/** The error that a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("Expected a rejection, but it resolved.");
}

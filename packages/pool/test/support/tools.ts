import { randomUUID } from "node:crypto";
import {
  type FakeToolName,
  fakeTool,
  leftoverProcesses,
  type QuickTurn,
  quickTool,
  TEST_MARKER,
  waitFor,
} from "@cluster/testkit";
import {
  inheritedEnvironment,
  type JsonLinesOptions,
  jsonLinesProtocol,
  type LineProtocolOptions,
  lineProtocol,
  type OneShotOptions,
  oneShot,
  type ToolAdapter,
} from "../../src/index.ts";

/** Marks every process that the tests of one file start. */
const marker: string = randomUUID();

export const markedEnvironment: Record<string, string> = inheritedEnvironment({
  [TEST_MARKER]: marker,
  // What a shell is told in a test is none of what its user has typed.
  HISTFILE: "",
});

/** Fails when a process of this file is still there. */
export async function expectNoProcessLeft(): Promise<void> {
  await waitFor(() => leftoverProcesses(marker).length === 0, {
    timeoutMs: 2_000,
    what: `no process left: ${JSON.stringify(leftoverProcesses(marker))}`,
  });
}

/** The processes that this file has running now. */
export function running(): readonly { readonly pid: number }[] {
  return leftoverProcesses(marker);
}

// biome-ignore lint/suspicious/noExplicitAny: the fake tools take and give any JSON
type Json = any;

/** A fake tool that speaks JSON lines and can be cancelled. */
export function jsonTool(
  name: FakeToolName,
  args: readonly string[] = [],
  options: JsonLinesOptions<Json, Json> = {},
): ToolAdapter<Json, Json> {
  return {
    name,
    command: () => ({ ...fakeTool(name, ...args), env: markedEnvironment }),
    connect: jsonLinesProtocol(options),
  };
}

/** `json-lines`, with everything that its protocol offers. */
export function jsonLines(options: JsonLinesOptions<Json, Json> = {}): ToolAdapter<Json, Json> {
  return jsonTool("json-lines", [], {
    reset: (id) => ({ id, request: { reset: true } }),
    ping: (id) => ({ id, request: { echo: true } }),
    ...options,
  });
}

/** The quick tool: a request names what becomes of its turn. Without options it can do nothing else. */
export function quick(
  options: JsonLinesOptions<QuickTurn, string> = {},
): ToolAdapter<QuickTurn, string> {
  return {
    name: "quick",
    command: () => ({ ...quickTool(), env: markedEnvironment }),
    connect: jsonLinesProtocol({
      encode: (id, turn) => `run ${id} n${id} ${turn}`,
      answer: (id, _token, answer) => `go ${id} ${answer.kind === "text" ? answer.text : "fail"}`,
      ...options,
    }),
  };
}

export const cancel = (id: number): object => ({ cancel: id });

/** A fake tool with a prompt. */
export function lineTool(
  name: FakeToolName,
  args: readonly string[] = [],
  options: LineProtocolOptions = {},
): ToolAdapter {
  return {
    name,
    command: () => ({ ...fakeTool(name, "--protocol", "line", ...args), env: markedEnvironment }),
    connect: lineProtocol({ prompt: "> ", ...options }),
  };
}

/** Python's own prompt, the interactive program of the README. */
export const python: ToolAdapter = {
  name: "python",
  command: () => ({
    file: "python3",
    args: ["-u", "-q", "-i", "-c", "import sys; sys.ps1 = sys.ps2 = ''"],
    env: markedEnvironment,
  }),
  connect: lineProtocol({
    sentinel: { command: (nonce) => `print("${nonce}")\n`, output: (nonce) => `${nonce}\n` },
    encode: (code) => `exec(${JSON.stringify(code)})`,
    mergeStderr: true,
    interruptible: true,
  }),
};

/** A one-shot tool whose request is its arguments. */
export function onceTool<Result = string>(
  args: (request: readonly string[]) => { readonly file: string; readonly args: readonly string[] },
  options: Partial<OneShotOptions<readonly string[], Result>> = {},
): ToolAdapter<readonly string[], Result> {
  return {
    name: "once",
    capabilities: { oneShot: true },
    command: (_slot, request) => ({ ...args(request ?? []), env: markedEnvironment }),
    connect: oneShot({ input: "arguments", ...options }),
  };
}

/** The error that a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Json> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, but it resolved.");
}

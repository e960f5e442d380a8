import { type FailureClass, oneShot, type ToolAdapter, ToolFailure } from "@cluster/manager";
import { type FakeRequest, fakeAdapter } from "../support/fake-adapters.ts";

export type Tool = ToolAdapter<FakeRequest, unknown>;

/** A tool whose turns do not end before the gate is open; its answers begin with its name. */
export function gated(gate: Promise<void> = Promise.resolve(), answer = ""): Tool {
  const adapter = fakeAdapter();
  return {
    ...adapter,
    connect(process, slot) {
      const connection = adapter.connect(process, slot);
      return {
        ...connection,
        async run(request, context) {
          const result = await connection.run(request, context);
          await gate;
          return answer === "" ? result : `${answer} ${result}`;
        },
      };
    },
  };
}

/** A tool that fails every turn, and counts them. */
export function failing(
  failureClass: FailureClass,
  retryAfterMs?: number,
): Tool & { asked: number; well: boolean } {
  const adapter = fakeAdapter();
  const tool = {
    ...adapter,
    asked: 0,
    well: false,
    connect(...[process, slot]: Parameters<Tool["connect"]>) {
      const connection = adapter.connect(process, slot);
      return {
        ...connection,
        run(...turn: Parameters<typeof connection.run>) {
          tool.asked += 1;
          if (tool.well) return connection.run(...turn);
          const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
          throw new ToolFailure(failureClass, `told to fail with ${failureClass}`, wait);
        },
      };
    },
  };
  return tool;
}

/** A tool that counts the processes it was started for. */
export function counted(adapter: Tool = fakeAdapter()): Tool & { starts: number } {
  const tool = {
    ...adapter,
    starts: 0,
    command(...slot: Parameters<Tool["command"]>) {
      tool.starts += 1;
      return adapter.command(...slot);
    },
  };
  return tool;
}

/** A way to run a request with a process for itself. */
export function once(): Tool & { starts: number } {
  return counted({
    name: "once",
    capabilities: { oneShot: true },
    command: (_slot, request) => ({
      file: process.execPath,
      args: ["-e", `console.log("once", process.argv[1])`, String(request?.echo)],
    }),
    connect: oneShot<FakeRequest, unknown>({ input: "arguments" }),
  });
}

import type { Socket } from "node:net";
import type { ProcessHost, ProcessSpec, ToolProcess } from "@cluster/pool";
import {
  endedEarly,
  notPython,
  PythonFailure,
  reportedFailure,
  startError,
  tooSlow,
} from "../errors/start-errors.ts";
import { pythonScript } from "../location.ts";
import type { CompiledOptions } from "../options.ts";
import { deadline } from "../process/deadline.ts";
import { privateMemory } from "../process/private-memory.ts";
import { LogTail } from "../process/tail.ts";
import { JsonChannel } from "../reception/json-channel.ts";
import type { Reception } from "../reception/reception.ts";
import { programOf, RETURN_VARIABLE } from "../reception/wire.ts";

/**
 * Starts a process that imports, warms up and runs the entry by itself, and resolves when it runs it.
 * @throws {ProcessStartError} when it does not come so far.
 */
export async function startOrdinary(
  spec: ProcessSpec,
  signal: AbortSignal,
  options: CompiledOptions,
  reception: Reception,
  host: ProcessHost,
): Promise<ToolProcess> {
  const expected = reception.expect(["control", "log"]);
  const env = { ...spec.env, [RETURN_VARIABLE]: `${expected.token} ${reception.address}` };
  const args = [pythonScript(), ...spec.args];
  try {
    const process = await host.start({ file: spec.file, args, cwd: spec.cwd, env }, signal);
    try {
      await entered(process, expected.streams, signal, options);
    } catch (error) {
      process.kill("SIGKILL", "group");
      await process.exited;
      signal.throwIfAborted();
      const what = `${options.entry} with ${spec.file}`;
      throw error instanceof PythonFailure ? startError(what, error) : error;
    }
    return { ...process, memory: () => privateMemory(process.pid) };
  } finally {
    expected.cancel();
  }
}

type Streams = Readonly<Record<"control" | "log", Promise<Socket>>>;

/** Resolves when the process runs its entry. */
async function entered(
  process: ToolProcess,
  streams: Streams,
  signal: AbortSignal,
  options: CompiledOptions,
): Promise<void> {
  const log = new LogTail();
  const outputs = [process.stdout, ...(process.stderr === null ? [] : [process.stderr])];
  // Otherwise what an ended process printed is thrown away before anybody can ask for it.
  for (const output of outputs) output.on("readable", hold);
  const outcome = Promise.withResolvers<void>();
  const cancel = deadline(options.startTimeoutMs, () =>
    outcome.reject(tooSlow(options.startTimeoutMs, log.text)),
  );
  const onAbort = (): void => outcome.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let here = false;
  void streams.log.then((output) => log.follow(output));
  void streams.control.then((control) => {
    here = true;
    const channel = new JsonChannel(control);
    channel.onMessage = (message) => {
      if (message.type === "entering") outcome.resolve();
      if (message.type === "failed") outcome.reject(reportedFailure(message, log.text));
    };
    // Its last words may come after the news of its end, so that they count first.
    channel.onClose = async () => {
      const exit = await process.exited;
      outcome.reject(endedEarly(exit, "before its entry", await log.whole()));
    };
    channel.send({ type: "process", ...programOf(options) });
  });
  void process.exited.then(async (exit) => {
    if (here) return;
    for (const output of outputs) log.follow(output.off("readable", hold));
    outcome.reject(notPython(exit, await log.whole()));
  });
  try {
    await outcome.promise;
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
    for (const output of outputs) output.off("readable", hold);
  }
}

function hold(): void {}

import type { ManagedProcess } from "../process/managed-process.ts";
import { startProcess } from "../process/start-process.ts";
import type { TranscriptTap } from "../transcript/transcript-tap.ts";
import type { InstanceContext } from "./instance-context.ts";
import type { StartRank } from "./start-gate.ts";

/** One start, of an instance or of a spare. */
export interface LaunchTerms<Request, Result> {
  readonly rank: StartRank;
  /** Whose folder it gets. */
  readonly folderOf: number;
  readonly transcript: TranscriptTap | null;
  /** The request of a one-shot tool. */
  readonly request?: Request;
  readonly signal: AbortSignal;
  /** It is its turn to start. Returns the slot it starts for. */
  begin(): { readonly index: number; readonly generation: number };
  /** There is a process, which is not ready yet. */
  spawned(process: ManagedProcess<Request, Result>): void;
  /** It takes long to become ready. */
  late(ms: number, detail: string): void;
}

/**
 * Starts a process when the gate lets it in, and resolves when it takes its first request. When this
 * rejects, the process is gone.
 * @throws {PoolError} as {@link startProcess}, and what the pool has given up with.
 */
export async function launchInTurn<Request, Result>(
  context: InstanceContext<Request, Result>,
  terms: LaunchTerms<Request, Result>,
): Promise<ManagedProcess<Request, Result>> {
  const { adapter, host, options, clock, gate, firstStarts, ledger, redaction } = context;
  const { signal, request } = terms;
  const leave = await gate.enter(signal, terms.rank);
  try {
    await ledger.sweep();
    signal.throwIfAborted();
    const start = (spawned: () => void) =>
      startProcess(
        {
          adapter,
          host,
          slot: terms.begin(),
          cwd: () => options.cwd(terms.folderOf),
          ...(request === undefined ? {} : { request }),
          clock,
          ledger,
          startTimeoutMs: options.startTimeoutMs,
          graceMs: options.graceMs,
          maxStartBytes: options.maxTurnBytes,
          transcript: terms.transcript,
          redact: redaction.redact,
          signal,
          late: (ms, detail) => terms.late(ms, detail),
        },
        (process) => {
          spawned();
          terms.spawned(process);
        },
      );
    // Each start of a one-shot tool is that of one request, and fails with it.
    const isOnce = adapter.capabilities?.oneShot === true;
    return await (isOnce ? start(() => {}) : firstStarts.begin(start));
  } finally {
    leave();
  }
}

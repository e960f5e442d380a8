import type { ProcessHost } from "../contract/process-host.ts";
import type { Slot, ToolAdapter } from "../contract/tool-adapter.ts";
import type { ProcessLedger } from "../ledger/process-ledger.ts";
import type { Clock } from "../pool/clock.ts";
import type { TranscriptTap } from "../transcript/transcript-tap.ts";

/** What a process is launched with. */
export interface Launch<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: ProcessHost;
  readonly slot: Slot;
  /** The request of a one-shot tool. */
  readonly request?: Request;
  readonly clock: Clock;
  readonly ledger: ProcessLedger;
  readonly startTimeoutMs: number;
  readonly graceMs: number;
  /** Bytes of output before it is ready. */
  readonly maxStartBytes: number;
  readonly transcript: TranscriptTap | null;
  /** Takes secrets out of what its errors quote. */
  readonly redact: (text: string) => string;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

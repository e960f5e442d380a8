import type { ProcessHost } from "../contract/process-host.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import type { PoolEvent } from "../events/pool-event.ts";
import type { ProcessLedger } from "../ledger/process-ledger.ts";
import type { Clock } from "../pool/clock.ts";
import type { CompiledOptions } from "../pool/compile-options.ts";
import type { Redaction } from "../transcript/redactor.ts";
import type { FirstStarts } from "./first-starts.ts";
import type { MemorySampler } from "./memory-sampler.ts";
import type { Spares } from "./spares.ts";
import type { StartGate } from "./start-gate.ts";

/** What an instance gets from its pool. */
export interface InstanceContext<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  readonly host: ProcessHost;
  readonly options: CompiledOptions;
  readonly gate: StartGate;
  readonly firstStarts: FirstStarts;
  readonly ledger: ProcessLedger;
  readonly memory: MemorySampler;
  readonly spares: Spares<Request, Result>;
  readonly clock: Clock;
  readonly redaction: Redaction;
  emit(event: PoolEvent): void;
  /** Something changed that may let a waiting request go on. */
  changed(): void;
  /** The instance has lost its context. */
  forgotten(instance: number): void;
}

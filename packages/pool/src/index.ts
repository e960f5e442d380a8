export type { JsonLinesMessage } from "./connections/json-lines-format.ts";
export type { JsonLinesOptions } from "./connections/json-lines-options.ts";
export { jsonLinesProtocol } from "./connections/json-lines-protocol.ts";
export type { LineOutput, LineProtocolOptions, Sentinel } from "./connections/line-options.ts";
export { lineProtocol } from "./connections/line-protocol.ts";
export { type OneShotOptions, type OneShotOutput, oneShot } from "./connections/one-shot.ts";
export {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  FAILURE_CLASSES,
  type FailureClass,
  type Usage,
} from "./contract/agent.ts";
export type { ConnectionEvent, SignOfLife } from "./contract/connection-event.ts";
export type { Price } from "./contract/price.ts";
export type {
  Exit,
  ProcessHost,
  ProcessSpec,
  SignalTarget,
  ToolProcess,
} from "./contract/process-host.ts";
export type {
  Answer,
  AnsweredQuestion,
  Question,
  QuestionPolicy,
  QuestionTopic,
} from "./contract/question.ts";
export {
  capabilitiesOf,
  type Slot,
  type ToolAdapter,
  type ToolCapabilities,
  type ToolCommand,
  type ToolProbe,
} from "./contract/tool-adapter.ts";
export type {
  EndSignal,
  Overdue,
  SessionOptions,
  ToolConnection,
  ToolSession,
  TurnContext,
} from "./contract/tool-connection.ts";
export { inheritedEnvironment } from "./environment/inherited-environment.ts";
export { POOL_ERROR_CODES, type PoolErrorCode } from "./errors/codes.ts";
export { PoolError } from "./errors/pool-error.ts";
export {
  failureClassOf,
  ProcessExitedError,
  ProcessStartError,
  ProtocolError,
  ToolFailure,
  TurnAbortedError,
} from "./errors/turn-errors.ts";
export type { PoolEvent, TerminationReason } from "./events/pool-event.ts";
export type { FramingEvent, FramingTrace, SaidRole, ToldPart } from "./framing/framing-trace.ts";
export { LineSplitter } from "./framing/line-splitter.ts";
export { childProcessHost } from "./host/child-process-host.ts";
export { type PtyHostOptions, ptyHost } from "./host/pty-host.ts";
export type { InstanceState, Occupancy } from "./instance/instance-state.ts";
export type { Lease, LeaseSession, LeaseSessionOptions } from "./lease/lease.ts";
export { type EndLeftoversOptions, endLeftovers } from "./ledger/end-leftovers.ts";
export { type Clock, systemClock } from "./pool/clock.ts";
export type {
  LeaseOptions,
  PoolOptions,
  RecycleOptions,
  ReleaseMode,
  RestartOptions,
  RunOptions,
  ShutdownOptions,
  TurnOptions,
  WaitOptions,
} from "./pool/options.ts";
export { createPool, Pool } from "./pool/pool.ts";
export type { InstanceStatus, PoolHealth, PoolStatus, SpareStatus } from "./pool/status.ts";
export { abortable } from "./process/abortable.ts";
export { describeExit } from "./process/describe-exit.ts";
export { PROCESS_MARKER } from "./process/marker.ts";
export type { Distribution, PoolStats } from "./stats/pool-stats.ts";
export type { TranscriptOptions } from "./transcript/options.ts";
export type { TranscriptPosition } from "./transcript/position.ts";
export { redactor } from "./transcript/redactor.ts";
export { Turn } from "./turn/turn.ts";
export type { TurnEvent } from "./turn/turn-event.ts";

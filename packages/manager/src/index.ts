export {
  type AgentPermissions,
  type AgentResult,
  type AgentTask,
  type Answer,
  type AnsweredQuestion,
  type Clock,
  type ConnectionEvent,
  capabilitiesOf,
  childProcessHost,
  createPool,
  type Distribution,
  type EndSignal,
  type Exit,
  endLeftovers,
  FAILURE_CLASSES,
  type FailureClass,
  failureClassOf,
  type InstanceState,
  type InstanceStatus,
  inheritedEnvironment,
  type JsonLinesMessage,
  type JsonLinesOptions,
  jsonLinesProtocol,
  type Lease,
  type LeaseOptions,
  type LineProtocolOptions,
  lineProtocol,
  type Occupancy,
  type OneShotOptions,
  type OneShotOutput,
  oneShot,
  POOL_ERROR_CODES,
  type Pool,
  PoolError,
  type PoolErrorCode,
  type PoolEvent,
  type PoolHealth,
  type PoolOptions,
  type PoolStats,
  type PoolStatus,
  type Price,
  ProcessExitedError,
  type ProcessHost,
  type ProcessSpec,
  ProcessStartError,
  ProtocolError,
  type Question,
  type QuestionPolicy,
  type QuestionTopic,
  type ReleaseMode,
  type RestartOptions,
  type RunOptions,
  redactor,
  type ShutdownOptions,
  type Slot,
  systemClock,
  type TerminationReason,
  type ToolAdapter,
  type ToolCapabilities,
  type ToolCommand,
  type ToolConnection,
  ToolFailure,
  type ToolProbe,
  type ToolProcess,
  type TranscriptOptions,
  type TranscriptPosition,
  Turn,
  TurnAbortedError,
  type TurnContext,
  type TurnEvent,
  type TurnOptions,
  type Usage,
  type WaitOptions,
} from "@cluster/pool";
export {
  type Candidate,
  RoutingError,
  type RoutingRequest,
  STRATEGY_NAMES,
  type Strategy,
  type StrategyName,
  strategyNamed,
} from "@cluster/routing";
export { Cluster } from "./cluster/cluster.ts";
export { launchCluster } from "./cluster/launch-cluster.ts";
export type { ClusterOptions, SendOptions } from "./cluster/options.ts";
export type {
  ClusterHealth,
  ClusterInstance,
  ClusterMetrics,
  ClusterStatus,
} from "./cluster/status.ts";
export { Conversation, type ConversationOptions } from "./conversation/conversation.ts";
export { MANAGER_ERROR_CODES, type ManagerErrorCode } from "./errors/codes.ts";
export { ManagerError } from "./errors/manager-error.ts";
export type { ClusterEvent } from "./events/cluster-event.ts";
export type { FleetEvent } from "./fleet/events.ts";
export { Fleet, type FleetMapItem } from "./fleet/fleet.ts";
export { type FailedAttempt, FleetTurn } from "./fleet/fleet-turn.ts";
export { fleet } from "./fleet/launch-fleet.ts";
export {
  FAIL_OVER_CLASSES,
  type FleetMapOptions,
  type FleetOptions,
  type FleetSendOptions,
  type FleetTool,
  type ProviderLimits,
} from "./fleet/options.ts";
export type { Reluctance } from "./fleet/provider.ts";
export type { FleetStats, FleetStatus, FleetToolStatus } from "./fleet/status.ts";
export type { Delivered, ReadOptions } from "./inbox/delivered.ts";
export { type Instance, instanceJsonSchema, instanceSchema } from "./instance/instance-schema.ts";
export type { MapItem, MapOptions, MapPace } from "./map/map-requests.ts";
export type { OnFallback, PoolFallback } from "./pool-aware/fallback.ts";
export { makePoolAware, type PoolAwareAdapter } from "./pool-aware/make-pool-aware.ts";
export { PoolAware, type RequestOf, type ResponseOf } from "./pool-aware/pool-aware.ts";
export type { Invokes, PoolAwareMethods } from "./pool-aware/pool-aware-methods.ts";
export type { PoolUse } from "./pool-aware/pool-switch.ts";
export { ClusterTurn } from "./turn/cluster-turn.ts";

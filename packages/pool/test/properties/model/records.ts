import type { QuickStart, QuickTurn } from "@cluster/testkit";
import type {
  InstanceState,
  Lease,
  LeaseOptions,
  PoolErrorCode,
  ReleaseMode,
  Turn,
} from "../../../src/index.ts";

/** What the model knows of one process. */
export interface ProcessModel {
  /** -1 of a spare that nobody has taken. */
  instance: number;
  generation: number;
  start: QuickStart;
  state: "starting" | "ready" | "ended";
  pid: number | null;
  /** The step at which a spare took its place. */
  succeededAt: number | null;
  /** In the clock's time. */
  bornAt: number;
  /** What was done that may end it, or by which it may end itself. */
  readonly doom: Set<Doom>;
  /** Requests that began on it, in order. */
  readonly served: RequestModel[];
  /** SIGKILL is on its way. */
  killed: boolean;
  /** Stopped by a signal: it says nothing, and does not end by itself. */
  frozen: boolean;
}

/** Why a process may end. */
export type Doom =
  | "bad-start"
  | "deadly"
  | "ordered"
  | "shut-down"
  | "given-up"
  | "expired"
  | "flood"
  | "out-of-step"
  | "forgotten"
  /** A ping was on its way, and time passed. */
  | "silent"
  /** It has served long enough. */
  | "worn";

/** What the model knows of one instance, from the events alone. */
export interface InstanceModel {
  readonly index: number;
  state: InstanceState;
  /** The present one, or the last one. */
  process: ProcessModel | null;
  /** Those that have not ended, by their generation; where one was never spawned, that too. */
  readonly processes: Map<number, ProcessModel>;
  generation: number;
  /** The turn in flight on it. */
  turn: RequestModel | null;
  /** When it last crashed, in the clock's time, as the pool told it. */
  crashedAt: number;
  /** When the pool may have measured that: as early as that it was going down. */
  fellAt: number;
  /** Crashes that it came back from since its owner's last order. */
  comebacks: number[];
  /** The step of that order. */
  clearedAt: number;
}

/** What the model knows of one request. */
export interface RequestModel {
  readonly nonce: string;
  /** Grows with each request and lease. */
  readonly order: number;
  /** The step at which it was accepted. */
  readonly since: number;
  /** The first step at which it certainly waited; Infinity before. */
  waitedAt: number;
  readonly wish: LeaseOptions;
  readonly lease: LeaseModel | null;
  readonly release: ReleaseMode;
  /** What the tool was told to do, last the latest. */
  readonly told: QuickTurn[];
  readonly turnDeadline: boolean;
  readonly idleDeadline: boolean;
  turn: Turn<string> | null;
  state: "queued" | "running" | "over";
  instance: number | null;
  process: ProcessModel | null;
  began: number;
  /** The step at which it began; -1 before. */
  startedAt: number;
  /** Answers the tool's question. */
  answer: ((how: QuickTurn) => void) | null;
  /** Its caller does not want it any more. */
  givenUp: boolean;
  /** The queue was full when it came, as far as the model can know. */
  mayBeRefused: boolean;
  /** The codes with which it may fail. */
  readonly excuses: Set<PoolErrorCode>;
  /** How it ended according to the events, and according to its promise. */
  announced: string | null;
  settled: string | null;
}

/** What the model knows of one lease. */
export interface LeaseModel {
  readonly order: number;
  readonly since: number;
  readonly wish: LeaseOptions;
  readonly requests: RequestModel[];
  /** How it was given back. */
  mode: ReleaseMode | null;
  state: "waiting" | "held" | "releasing" | "over";
  lease: Lease<string, string> | null;
  instance: InstanceModel | null;
  process: ProcessModel | null;
  givenUp: boolean;
  readonly excuses: Set<PoolErrorCode>;
}

export type OrderName =
  | "start"
  | "stop"
  | "restart"
  | "resize"
  | "drain"
  | "shutdown"
  | "ready"
  | "capacity";

/** An order of the pool's owner that has not been carried out yet. */
export interface OrderModel {
  readonly name: OrderName;
  /** The instance, or the new size. */
  readonly argument: number | null;
  readonly signal: AbortSignal | undefined;
  pending: boolean;
  /** A resize: it is under way, and not only waiting for the one before it. */
  begun: boolean;
}

import type { QuestionPolicy } from "../contract/question.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import type { TranscriptOptions } from "../transcript/options.ts";
import type { Clock } from "./clock.ts";

/** How to make a pool. Times are in milliseconds; `Infinity` switches a deadline off. */
export interface PoolOptions<Request, Result> {
  readonly adapter: ToolAdapter<Request, Result>;
  /** How many instances. @default 1 */
  readonly size?: number;
  /** The folder of each instance. @default process.cwd() */
  readonly cwd?: string | ((instance: number) => string | Promise<string>);
  /** Start all instances now, or each with its first request. @default "eager" */
  readonly start?: "eager" | "lazy";
  /** How many processes start at the same time. @default the number of processors */
  readonly startConcurrency?: number;
  /**
   * Processes kept ready beyond the instances. An instance whose process ends or is replaced goes on
   * with one at once. They start when the instances have. Not for one-shot tools and those that are
   * `exclusive`. Where `cwd` is a function each belongs to one instance. @default 0
   */
  readonly spares?: number;
  /**
   * So many instances share a process, each with a session of its own: for tools that are large, and
   * whose connection has `openSession`. What ends such a process ends a turn of each. A session has no
   * memory of its own, so `recycle.memoryBytes` is not to be had with it.
   * @default what the tool's capabilities say, or 1
   */
  readonly sessionsPerProcess?: number;
  /**
   * From the start of a process to its readiness. After a quarter of it the event `process.late` says what
   * the process has printed. While no process of the pool has ever been ready, one that takes too long is
   * followed by another try, and then every instance has failed, those that a resize adds too, until one is
   * restarted: so whatever is wrong with the tool shows in twice this time. Afterwards the option `restart`
   * counts, and so it does for what comes before there is a process (`cwd`, the adapter's command, the host).
   * @default 60_000
   */
  readonly startTimeoutMs?: number;
  /** One turn, from its start to its end. @default Infinity */
  readonly turnTimeoutMs?: number;
  /** Silence inside a turn; the time that a question waits for its answer is none. @default Infinity */
  readonly idleTimeoutMs?: number;
  /** How long a connection may take to bring its protocol in step after a stopped turn. @default 2_000 */
  readonly interruptTimeoutMs?: number;
  /** How long `reset` may take before the process is replaced. @default 5_000 */
  readonly resetTimeoutMs?: number;
  /** From a polite goodbye, and again from SIGTERM, to the next step. @default 2_000 */
  readonly graceMs?: number;
  /**
   * Bytes of stdout and stderr that one turn may print, and a process before it is ready. What prints
   * more is replaced. @default 64 MiB
   */
  readonly maxTurnBytes?: number;
  /**
   * How often an idle process is asked whether it still answers, where its connection has a `ping`.
   * @default 30_000
   */
  readonly pingIntervalMs?: number;
  /** How long that answer may take before the process is killed and replaced. @default 5_000 */
  readonly pingTimeoutMs?: number;
  /**
   * Requests and leases that may wait for an instance; one more is refused with QUEUE_FULL. See
   * {@link Pool.capacity}. @default Infinity
   */
  readonly maxQueue?: number;
  /** What happens with an instance's context after `run` and `lease`. @default "keep" */
  readonly afterTurn?: ReleaseMode;
  /**
   * Replaces a process that has served long enough, between two leases, and when its successor is
   * ready (unless the tool is `exclusive`). Its context is lost. Absent: never.
   */
  readonly recycle?: RecycleOptions;
  /** Restarts after a crash. */
  readonly restart?: RestartOptions;
  /**
   * The folder in which it is written down which processes run, so that what survives a kill of this
   * program is ended when the next pool starts its first process. False: nothing is written, and
   * nothing is ended. @default a folder for this user: in XDG_STATE_HOME, or where the system has it
   */
  readonly ledger?: string | false;
  /**
   * A folder for one transcript file for each instance, which grows; or an object, for files that
   * rotate. Absent: none is written.
   */
  readonly transcripts?: string | TranscriptOptions;
  /**
   * Values that must not appear in transcripts, in the pool's events and in what errors quote of
   * stderr, such as API keys. Values of fewer than 6 characters are not taken for secrets.
   */
  readonly secrets?: readonly string[];
  /** Answers the tool's questions. @default no to everything */
  readonly onQuestion?: QuestionPolicy;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** The ways in which a lease can end. */
export const RELEASE_MODES = ["keep", "reset", "replace"] as const;

/**
 * What becomes of an instance's context when a lease ends: it stays, the tool forgets it (where it
 * cannot, the process is replaced), or the process is replaced.
 */
export type ReleaseMode = (typeof RELEASE_MODES)[number];

/** When a process has served long enough: the first of these. */
export interface RecycleOptions {
  /** @default Infinity */
  readonly turns?: number;
  /** Milliseconds since its start. @default Infinity */
  readonly ageMs?: number;
  /** Memory that it shares with no other process, looked at after turns. @default Infinity */
  readonly memoryBytes?: number;
}

/**
 * The restart budget: more than `intensity` crashes within `periodMs` and an instance has failed, and so
 * it has when that many starts in a row have failed, however long they took. What has run for longer than
 * the period begins anew. Where none was ever ready, {@link PoolOptions.startTimeoutMs} ends it sooner. Spares have a budget of their own, of the same size.
 */
export interface RestartOptions {
  /** @default 5 */
  readonly intensity?: number;
  /** @default 60_000 */
  readonly periodMs?: number;
  /** The first wait; it doubles with each crash in the period, and half of it is random. @default 100 */
  readonly backoffMs?: number;
  /** The longest wait. @default 10_000 */
  readonly maxBackoffMs?: number;
}

/** Where one request may run, and before whom. */
export interface LeaseOptions {
  /** Only this instance; without it, the first one that is free. */
  readonly instance?: number;
  /**
   * What becomes of a request for one `instance` when that is stopped, fails for good or leaves the
   * pool before the request begins: it rejects, or takes any other instance. @default "reject"
   */
  readonly whenGone?: "reject" | "any";
  /** Requests with one key reach the same instance, in order, while its process lives. */
  readonly key?: string;
  /** Instances to keep away from while another one is free. */
  readonly avoid?: readonly number[];
  /**
   * Among those who wait, higher ones are served first and equal ones in the order of arrival. Strict:
   * a lower one waits for as long as higher ones wait for the same instance. Any finite number.
   * @default 0
   */
  readonly priority?: number;
  /**
   * On whose behalf: a user, a tenant, a job. Within a priority those who wait take turns, so that one
   * with thousands of requests does not keep another with three from its share. Requests without one
   * count as one caller. Not to be confused with `key`.
   */
  readonly fairnessKey?: string;
  /** Gives the wait, or the turn, up. */
  readonly signal?: AbortSignal;
}

/** How long somebody waits. */
export interface WaitOptions {
  /**
   * Gives the wait up, which then rejects with WAIT_CANCELLED; what it waited for goes on. With a
   * signal that is aborted already nothing is begun.
   */
  readonly signal?: AbortSignal;
}

/** Options of {@link Pool.shutdown}. */
export interface ShutdownOptions extends WaitOptions {
  /** The grace of each step of the termination ladder. @default graceMs of the pool */
  readonly timeoutMs?: number;
}

/** Options of one turn; what is absent is the pool's. */
export interface TurnOptions {
  readonly signal?: AbortSignal;
  readonly turnTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly onQuestion?: QuestionPolicy;
}

/** Options of {@link Pool.run}: those of the wait and of the turn. */
export interface RunOptions extends LeaseOptions, TurnOptions {
  readonly release?: ReleaseMode;
}

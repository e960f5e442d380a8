import {
  type Clock,
  FAILURE_CLASSES,
  type FailureClass,
  systemClock,
  type ToolAdapter,
  type TurnOptions,
} from "@cluster/pool";
import type { ClusterOptions } from "../cluster/options.ts";
import { invalidOption } from "../errors/manager-error.ts";
import type { MapPace } from "../map/map-requests.ts";

/** One tool of a fleet with what is to be said of it; its adapter alone will do. */
export interface FleetTool<Request, Result>
  extends Omit<ClusterOptions<Request, Result>, "count" | "start" | "clock" | "maxUnread"> {
  readonly adapter: ToolAdapter<Request, Result>;
  /** What it can be asked for, beside what its adapter says. */
  readonly capabilities?: readonly string[];
  /** Tools with the same provider share its limits. @default the adapter's */
  readonly provider?: string;
}

/** What holds for a provider, whichever tools ask it. */
export interface ProviderLimits {
  /** Turns at once, of all its tools together. @default Infinity */
  readonly maxTurns?: number;
}

/** How a fleet works. */
export interface FleetOptions<Request, Result, Name extends string> {
  /** The tools by the names of `counts`, whose order is that of preference: of those that could begin at once, the first one does. */
  readonly tools: Readonly<Record<Name, ToolAdapter<Request, Result> | FleetTool<Request, Result>>>;
  /**
   * The failures after which a request goes on with another tool that can do it. False: none.
   * @default {@link FAIL_OVER_CLASSES}
   */
  readonly failOver?: readonly FailureClass[] | false;
  /** By the names that tools give their providers. */
  readonly providers?: Readonly<Record<string, ProviderLimits>>;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** For whom a request is. With neither `tool` nor `capability`: for any tool of the fleet. */
export interface FleetSendOptions<Name extends string = string> extends TurnOptions {
  /** This tool. With a `capability` besides, others that have it take over when it fails. */
  readonly tool?: Name;
  /** Any tool that has it. */
  readonly capability?: string;
  /**
   * The failures after which it goes on with another tool. False: none. True: those of the fleet, also
   * for a request that names its tool. @default those of the fleet, unless it names only its tool
   */
  readonly failOver?: readonly FailureClass[] | boolean;
  /** Among those who wait, higher ones are served first, equal ones in the order of sending. @default 0 */
  readonly priority?: number;
}

/** How to run many requests on a fleet. */
export interface FleetMapOptions<Name extends string = string>
  extends FleetSendOptions<Name>,
    MapPace {}

/**
 * What another tool need not meet: a refused key, spent quota, a provider that is down, a tool that is not
 * there or does not start any more. What the model made of a request (`refused`, `malformed`, `context`)
 * and a turn that was cut short are the caller's to judge.
 */
export const FAIL_OVER_CLASSES: readonly FailureClass[] = [
  "auth",
  "quota",
  "overload",
  "environment",
];

/** With defaults. */
export interface CompiledFleet<Request, Result> {
  readonly tools: readonly CompiledTool<Request, Result>[];
  readonly failOver: readonly FailureClass[];
  readonly maxTurns: ReadonlyMap<string, number>;
  readonly clock: Clock;
}

/** One tool, with defaults. */
export interface CompiledTool<Request, Result> extends FleetTool<Request, Result> {
  readonly name: string;
  readonly count: number;
}

/** @throws {ManagerError} OPTION_INVALID */
export function compileFleet<Request, Result, Name extends string>(
  counts: Readonly<Record<Name, number>>,
  options: FleetOptions<Request, Result, Name>,
): CompiledFleet<Request, Result> {
  const { tools, failOver = FAIL_OVER_CLASSES, providers = {}, clock = systemClock } = options;
  const names = Object.keys(counts) as Name[];
  if (names.length === 0) throw invalidOption("counts", "at least one tool", "{}");
  for (const name of Object.keys(tools)) {
    if (!Object.hasOwn(counts, name)) {
      throw invalidOption(`tools.${name}`, `a number of instances for it in counts`, "none");
    }
  }
  return {
    tools: names.map((name) => compileTool(name, counts[name], tools[name])),
    failOver: checkFailOver(failOver === false ? [] : failOver),
    maxTurns: new Map(Object.entries(providers).map((entry) => maxTurnsOf(...entry))),
    clock,
  };
}

function compileTool<Request, Result>(
  name: string,
  count: number,
  given: ToolAdapter<Request, Result> | FleetTool<Request, Result> | undefined,
): CompiledTool<Request, Result> {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw invalidOption(`counts.${name}`, "a whole number of at least 1", count);
  }
  const tool = given !== undefined && "adapter" in given ? given : { adapter: given };
  const { adapter } = tool;
  if (typeof adapter?.command !== "function" || typeof adapter.connect !== "function") {
    throw invalidOption(
      `tools.${name}`,
      "a ToolAdapter, or { adapter } with the options of its cluster",
      given,
    );
  }
  return { ...tool, adapter, name, count };
}

function maxTurnsOf(name: string, { maxTurns = Infinity }: ProviderLimits): [string, number] {
  if (maxTurns !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(maxTurns) && maxTurns > 0)) {
    throw invalidOption(
      `providers.${name}.maxTurns`,
      "a whole number of at least 1, or Infinity",
      maxTurns,
    );
  }
  return [name, maxTurns];
}

/** @throws {ManagerError} OPTION_INVALID */
export function checkFailOver(classes: readonly FailureClass[]): readonly FailureClass[] {
  for (const one of classes) {
    if (FAILURE_CLASSES.includes(one)) continue;
    throw invalidOption("failOver", `some of ${FAILURE_CLASSES.join(", ")}`, one);
  }
  return classes;
}

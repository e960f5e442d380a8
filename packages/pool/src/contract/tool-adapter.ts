import type { Price } from "./price.ts";
import type { ProcessHost, ToolProcess } from "./process-host.ts";
import type { ToolConnection } from "./tool-connection.ts";

/** The place a process is started for. */
export interface Slot {
  /**
   * The instance, counted from 0. A spare that may serve any instance has a number beyond them all,
   * which it keeps: no other living process is started with it unless the pool is made larger.
   */
  readonly index: number;
  /** How many processes have been started with this `index` before, spares among them. */
  readonly generation: number;
  /** The absolute folder the pool was told to use for this instance. */
  readonly cwd: string;
}

/** How a tool is started. An absent `cwd` is the slot's; an absent `env` is {@link inheritedEnvironment}'s. */
export interface ToolCommand {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As a user would type it, where `file` and `args` tell of its host and not of the tool. Never started. */
  readonly shown?: readonly string[];
}

/** What a tool can do, for those who choose between tools. Everything absent is false. */
export interface ToolCapabilities {
  /** A process lives for one turn: it is started with the request and its exit ends the turn. */
  readonly oneShot?: boolean;
  /** The tool edits files itself; `false`, and not its absence, keeps it out of the command's runs. */
  readonly edits?: boolean;
  /** Turns on one process share context. */
  readonly conversation?: boolean;
  /**
   * A new process is ready within a fraction of a second, at little cost: batch work can afford one
   * for each task.
   */
  readonly quickStart?: boolean;
  /** Its results say what each turn cost (`costUsd`): a limit on cost needs no price to count by. */
  readonly tellsCost?: boolean;
  /** So many instances share one process, each with a session of its own. @default 1 */
  readonly sessionsPerProcess?: number;
  /**
   * Two of its processes in one folder would get in each other's way: the old one is gone before its
   * replacement is started, and no spare is started ahead.
   */
  readonly exclusive?: boolean;
  /** What it is good for, in words of your own, such as `python`: who has several tools may ask for one. */
  readonly skills?: readonly string[];
}

/** The words by which a tool may be asked for: its skills, and what it says of itself that is true. */
export function capabilitiesOf({
  capabilities = {},
}: {
  readonly capabilities?: ToolCapabilities;
}): readonly string[] {
  const { skills = [], ...said } = capabilities;
  const yes = Object.entries(said).filter(([, value]) => value === true);
  return [...new Set([...skills, ...yes.map(([name]) => name)])];
}

/** What `doctor` learns of a tool without starting a turn. */
export type ToolProbe =
  | {
      readonly installed: true;
      readonly version: string;
      readonly path: string;
      /** What shows that somebody has logged in, such as a variable's name. Absent: not known. */
      readonly login?: string;
      /** Something that works but is not as it should be. */
      readonly warning?: string;
    }
  | {
      readonly installed: false;
      readonly reason: string;
      /** What the user can do about it. */
      readonly remedy: string;
    };

/** How to start a tool and how to speak with it. Twenty lines are enough for a simple one. */
export interface ToolAdapter<Request = string, Result = string> {
  /** A short name for events, transcripts and errors. */
  readonly name: string;
  readonly capabilities?: ToolCapabilities;
  /** Who serves its model, such as `openai`: tools with the same one share its limits. @default nobody else */
  readonly provider?: string;
  /**
   * The same tool as a process for each turn (its capabilities say `oneShot`), for a request that comes
   * alone: its process ends with the turn, and no warm one is started for it. Absent: it has no such way.
   */
  oneShot?(): ToolAdapter<Request, Result>;
  /**
   * Where its processes come to life. A function is called once by each pool, which disposes of what
   * it gets at shutdown; a host given as such may be shared, and its owner disposes of it.
   * @default childProcessHost()
   */
  readonly host?: ProcessHost | (() => ProcessHost);
  /** How to start a process for a slot. A one-shot tool sees the request too. */
  command(slot: Slot, request?: Request): ToolCommand | Promise<ToolCommand>;
  /**
   * Speaks with one process. Called once for each process, before any byte of it is read.
   * @param slot the one that {@link command} was asked for
   */
  connect(process: ToolProcess, slot: Slot): ToolConnection<Request, Result>;
  /** Whether the tool is there, without a turn. */
  probe?(): Promise<ToolProbe>;
  /**
   * What a model costs, for a tool that knows; `null` when it does not. Asked before a run whose cost is
   * limited.
   * @param model by the name that a request gives it; `null`: the one that the tool chooses itself
   */
  priceOf?(model: string | null): Promise<Price | null>;
}

import {
  type AgentResult,
  type AgentTask,
  capabilitiesOf,
  FAIL_OVER_CLASSES,
  type FailureClass,
  type ToolAdapter,
} from "@cluster/manager";
import type { TaskInput } from "../contract/task.ts";
import { BatchError } from "../errors/batch-error.ts";
import { checkCrew } from "./check-crew.ts";
import type { CrewOptions } from "./crew-options.ts";

/** One tool of a run. */
export interface CrewTool {
  /** What reports and events call it. */
  readonly name: string;
  readonly tool: ToolAdapter<AgentTask, AgentResult>;
  /** `null`: as many as the run has. */
  readonly workers: number | null;
  readonly provider: string | null;
  readonly capabilities: readonly string[];
  /** Takes tasks that name no tool. */
  readonly shares: boolean;
}

/** Who may do a task. */
export interface Candidates {
  /** In the order of preference. */
  readonly names: readonly string[];
  /** The first one is meant; the others are for when it refuses. */
  readonly named: boolean;
}

/** The tools of a run, and which of them may do which task. */
export class Crew {
  readonly tools: readonly CrewTool[];
  /** What the run is said to work with. */
  readonly title: string;
  /** Turns at once, by provider. */
  readonly maxTurns: ReadonlyMap<string, number>;
  readonly #given: CrewOptions;
  readonly #failOver: { readonly classes: readonly FailureClass[]; readonly named: boolean } | null;

  /** @throws {BatchError} OPTION_INVALID, when what is given is no crew */
  constructor(given: CrewOptions) {
    checkCrew(given);
    this.#given = given;
    const { failOver = {}, providers = {} } = given;
    this.#failOver =
      failOver === false
        ? null
        : { classes: failOver.classes ?? FAIL_OVER_CLASSES, named: failOver.named ?? false };
    this.tools = crewTools(given);
    const sharing = this.tools.filter(({ shares }) => shares);
    this.title = sharing.map(({ name }) => name).join(", ");
    this.maxTurns = new Map(
      Object.entries(providers).map(([name, { maxTurns = Number.POSITIVE_INFINITY }]) => [
        name,
        maxTurns,
      ]),
    );
  }

  /** What a task's key says of its tool, where it names none: the order of a fleet does not matter. */
  get key(): string {
    const names = this.tools.filter(({ shares }) => shares).map(({ name }) => name);
    return names.length === 1 ? this.#given.tool.name : names.sort().join(",");
  }

  /** Instances of the whole run, where its tools say how many they have. */
  get workers(): number | null {
    const counts = this.tools.filter(({ shares }) => shares).map(({ workers }) => workers);
    return counts.reduce(
      (sum, count) => (sum === null || count === null ? null : sum + count),
      0 as number | null,
    );
  }

  /** Whether there is but one tool. */
  get single(): boolean {
    return this.tools.length === 1;
  }

  find(name: string): CrewTool | undefined {
    const { tool, tools = {} } = this.#given;
    const direct = this.tools.find((one) => one.name === name);
    if (direct !== undefined) return direct;
    const adapter = Object.hasOwn(tools, name)
      ? tools[name]
      : name === tool.name
        ? tool
        : undefined;
    return this.tools.find((one) => one.tool === adapter);
  }

  /** Who may do a task that names this, a tool or a capability; nobody where neither is known. */
  candidates(wanted: string | undefined): Candidates {
    const sharing = this.tools.filter(({ shares }) => shares);
    if (wanted === undefined) return { names: namesOf(sharing), named: false };
    const meant = this.find(wanted);
    if (meant !== undefined) {
      const others = this.#failOver?.named === true ? sharing : [];
      return { names: namesOf([...new Set([meant, ...others])]), named: true };
    }
    const able = this.tools.filter(({ capabilities }) => capabilities.includes(wanted));
    return { names: namesOf(able), named: false };
  }

  /** Whether a task goes on with another tool after such a failure, if there is one. */
  failsOver(failureClass: FailureClass | null): boolean {
    return failureClass !== null && this.#failOver?.classes.includes(failureClass) === true;
  }

  /** Who serves a tool, where somebody says so, and how many turns that takes at once. */
  servedBy(tool: string): { readonly name: string; readonly maxTurns: number } | null {
    const name = this.tools.find((one) => one.name === tool)?.provider ?? null;
    if (name === null) return null;
    return { name, maxTurns: this.maxTurns.get(name) ?? Number.POSITIVE_INFINITY };
  }

  /** How many instances a tool has where the run has so many workers. */
  limit(name: string, workers: number): number {
    const own = this.find(name)?.workers ?? null;
    const all = this.workers;
    if (own === null || all === null) return workers;
    return Math.max(1, Math.round((own * workers) / all));
  }

  /**
   * Refuses tasks that no tool may do.
   * @throws {BatchError} TOOL_UNKNOWN
   */
  check(tasks: readonly Pick<TaskInput, "tool">[]): void {
    for (const [i, { tool: wanted }] of tasks.entries()) {
      if (wanted === undefined || this.candidates(wanted).names.length > 0) continue;
      const names = [...new Set([...namesOf(this.tools), ...Object.keys(this.#given.tools ?? {})])];
      const words = [...new Set(this.tools.flatMap(({ capabilities }) => capabilities))];
      const able = words.length === 0 ? "" : `, or something that one can (${words.join(", ")})`;
      throw new BatchError(
        "TOOL_UNKNOWN",
        `Task ${i + 1} of ${tasks.length}: expected a tool of the run (${names.join(", ")})${able}, found "${wanted}". Give it with tools.`,
      );
    }
  }
}

function namesOf(tools: readonly CrewTool[]): string[] {
  return tools.map(({ name }) => name);
}

/** The fleet in its order, or the run's own tool; then those that only tasks name. */
function crewTools(given: CrewOptions): readonly CrewTool[] {
  const { tool, tools = {}, fleet, providers = {} } = given;
  const named: [string, ToolAdapter<AgentTask, AgentResult>][] = Object.entries(tools);
  const adapterOf = (name: string): ToolAdapter<AgentTask, AgentResult> =>
    (Object.hasOwn(tools, name) ? tools[name] : undefined) ?? tool;
  const order =
    fleet === undefined
      ? [[ownName(given), tool] as const, ...named]
      : [...Object.keys(fleet).map((name) => [name, adapterOf(name)] as const), ...named];
  const known = new Map<ToolAdapter<AgentTask, AgentResult>, CrewTool>();
  for (const [name, adapter] of order) {
    if (known.has(adapter)) continue;
    const member = fleet !== undefined && Object.hasOwn(fleet, name) ? fleet[name] : undefined;
    const told = Object.entries(providers).find(([, { tools: of = [] }]) => of.includes(name));
    known.set(adapter, {
      name,
      tool: adapter,
      workers: member?.workers ?? null,
      provider: told?.[0] ?? adapter.provider ?? null,
      capabilities: [...new Set([...(member?.capabilities ?? []), ...capabilitiesOf(adapter)])],
      shares: fleet === undefined ? adapter === tool : member !== undefined,
    });
  }
  return [...known.values()];
}

/** Another tool may have been given under the name that this one has by itself. */
function ownName({ tool, tools = {} }: CrewOptions): string {
  const taken = Object.hasOwn(tools, tool.name) && tools[tool.name] !== tool;
  const alias = Object.entries(tools).find(([, adapter]) => adapter === tool)?.[0];
  return taken ? (alias ?? `${tool.name} (the run's own)`) : tool.name;
}

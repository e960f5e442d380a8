import { isAbsolute, resolve } from "node:path";
import type { ProcessHost } from "../contract/process-host.ts";
import type { ToolAdapter } from "../contract/tool-adapter.ts";
import { inheritedEnvironment } from "../environment/inherited-environment.ts";
import { PoolError } from "../errors/pool-error.ts";
import type { FramingTrace } from "../framing/framing-trace.ts";
import { ptyHost } from "../host/pty-host.ts";
import { toTask } from "./agent-prompt.ts";
import { connectDeclared } from "./connect.ts";
import type { ToolDefinition } from "./definition.ts";
import { probeDeclared } from "./probe.ts";
import { checkDefinition, describeProblem } from "./problems.ts";
import { renderArguments } from "./render-arguments.ts";

/** What a definition does not say itself. */
export interface DeclaredOptions {
  /** The folder of the document: a command that begins with a dot is relative to it. @default the program's */
  readonly folder?: string;
  /** Further arguments, behind those of the definition. @default none */
  readonly arguments?: readonly string[];
  /** Further variables for the tool. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Is told what becomes of each byte, of every process. @default nobody */
  readonly trace?: FramingTrace;
}

/**
 * A tool as an adapter, from what a document says of it: from `JSON.parse`, a module of JSON, or YAML.
 *
 * One of kind `text` takes a text and gives the answer; with framing by json-lines it takes and gives any
 * JSON. One of kind `agent` takes an {@link AgentTask} and gives an {@link AgentResult}:
 * `declaredTool<AgentTask, AgentResult>(definition)`.
 *
 * @throws {PoolError} OPTION_INVALID, with all that is wrong: where, what was expected, found, and what to do
 */
export function declaredTool<Request = string, Result = string>(
  document: ToolDefinition | Readonly<Record<string, unknown>>,
  options: DeclaredOptions = {},
): ToolAdapter<Request, Result> {
  const { definition, problems } = checkDefinition(document);
  if (definition === null) {
    const lines = problems.map(describeProblem).join("\n");
    throw new PoolError("OPTION_INVALID", `The definition of a tool is not right.\n${lines}`);
  }
  return adapterOf(definition, options) as ToolAdapter<unknown, unknown> as ToolAdapter<
    Request,
    Result
  >;
}

function adapterOf(
  definition: ToolDefinition,
  { folder = process.cwd(), arguments: more = [], environment = {}, trace }: DeclaredOptions,
): ToolAdapter<unknown, unknown> {
  const { name, command, environment: { pass = [], set = {} } = {}, kind, framing } = definition;
  const file = command.startsWith(".") && !isAbsolute(command) ? resolve(folder, command) : command;
  const host = hostOf(definition);
  const isOnce = framing.by === "exit";
  const env = (): Record<string, string> => inheritedEnvironment({ ...set, ...environment }, pass);
  return {
    name,
    capabilities: {
      oneShot: isOnce,
      edits: kind === "agent",
      conversation: !isOnce,
      quickStart: definition.quickStart === true,
      tellsCost: definition.usage?.costUsd !== undefined,
    },
    ...(host && { host }),
    command(slot, request) {
      const task = isOnce && request !== undefined ? toTask(request) : undefined;
      const cwd = task?.workspace ?? slot.cwd;
      return {
        file,
        args: [...renderArguments(definition, slot, folder, task), ...more],
        cwd,
        env: env(),
      };
    },
    connect: (running) => connectDeclared(definition, running, trace),
    probe: () => probeDeclared(definition, file, env()),
  };
}

function hostOf({ transport = "pipe" }: ToolDefinition): (() => ProcessHost) | undefined {
  if (transport === "pipe") return undefined;
  const given = transport === "terminal" ? {} : transport.terminal;
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return () => ptyHost(options);
}

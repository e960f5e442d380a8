import { usageError } from "../../exit/cli-error.ts";
import { isAdapter } from "../is-adapter.ts";
import type { AgentAdapter, ToolContext, ToolFactory } from "../tool-entry.ts";

const ADAPTER_FORM = "An adapter has a name, command() and connect().";

/**
 * What a module gives: an adapter, or a function that makes one.
 * @param from what names the module, for the message
 * @throws {CliError} usage, when its default export is neither
 */
export function defaultExport(
  { default: made }: Readonly<Record<string, unknown>>,
  from: string,
  path: string,
): AgentAdapter | ToolFactory {
  if (typeof made === "function") return made as ToolFactory;
  if (isAdapter(made)) return made;
  throw usageError(
    `${from}: the default export of ${path} is neither an adapter nor a function that makes one.`,
    ADAPTER_FORM,
  );
}

/**
 * The adapter that a function makes for one run.
 * @throws {CliError} usage, when it fails or makes something else
 */
export async function fromFactory(
  from: string,
  factory: ToolFactory,
  context: ToolContext,
): Promise<AgentAdapter> {
  let made: unknown;
  try {
    made = await factory(context);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`${from}: its function failed: ${reason}`, undefined, cause);
  }
  if (isAdapter(made)) return made;
  throw usageError(`${from}: its function made no adapter.`, ADAPTER_FORM);
}

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FramingTrace, ToolAdapter, Turn } from "@cluster/pool";
import { workingFolder } from "../../command/working-folder.ts";
import { loadConfig } from "../../config/load-config.ts";
import { usageError } from "../../exit/cli-error.ts";
import type { ExitName } from "../../exit/exit-codes.ts";
import { foundTool } from "../declared/found-tool.ts";
import type { FoundTool } from "../registry/tool-source.ts";
import { findTool } from "../resolve-tool.ts";
import { givenRequests, typedRequests } from "./requests.ts";
import { trySession } from "./session.ts";
import { TraceView } from "./trace-view.ts";

/** The flags of `cluster tools try`. */
export interface TryFlags {
  readonly request?: readonly string[];
  readonly file?: readonly string[];
  readonly timeout?: number;
  readonly json?: boolean;
  readonly cwd?: string;
  readonly config?: string;
}

const TIMEOUT_MS = 10_000;

/** `cluster tools try`: a session that shows the role of each byte. */
export async function tryTool(given: string, flags: TryFlags): Promise<ExitName> {
  const cwd = workingFolder(flags.cwd);
  const found = await find(given, cwd, flags.config);
  const json = flags.json === true;
  const view = new TraceView({
    write: (line) => void process.stdout.write(`${line}\n`),
    json,
    colours: process.stdout.isTTY === true && process.stdout.hasColors(),
  });
  const trace: FramingTrace = (event) => view.take(event);
  const adapter =
    found.open === undefined
      ? ((await found.make({ args: [], model: undefined, cwd })) as ToolAdapter<unknown, unknown>)
      : await found.open({ args: [], trace });
  // Of a package, or of a module that the configuration names, it is known only now.
  const isAgent = found.kind === "agent" && adapter.capabilities?.edits !== false;
  const end = new AbortController();
  let turn: Turn<unknown> | null = null;
  const onEnd = (): void => {
    end.abort();
    turn?.cancel();
    requests.close();
  };
  // ^C stops the turn; without one it ends the session, a start that does not come to its end too.
  const onInterrupt = (): void => {
    if (turn === null) onEnd();
    else turn.cancel();
  };
  const requests =
    flags.request === undefined
      ? typedRequests(adapter.name, onInterrupt)
      : givenRequests(flags.request);
  process.on("SIGINT", onInterrupt).on("SIGTERM", onEnd);
  try {
    if (!json) introduce(adapter, { ...found, isAgent }, cwd, view);
    const isWell = await trySession({
      adapter,
      view,
      requests,
      toRequest: (text) => toRequest(text, isAgent, flags.file ?? [], cwd),
      cwd,
      timeoutMs: flags.timeout ?? TIMEOUT_MS,
      traced: found.open !== undefined,
      remedy:
        isAgent && flags.file === undefined
          ? "It is an agent, and was given no file: --file names one."
          : null,
      signal: end.signal,
      onTurn: (now) => {
        turn = now;
      },
    });
    return isWell ? "done" : "failed";
  } finally {
    requests.close();
    process.off("SIGINT", onInterrupt).off("SIGTERM", onEnd);
  }
}

/** A name, or the file of a definition that is being written. */
async function find(
  given: string,
  cwd: string,
  configFile: string | undefined,
): Promise<FoundTool> {
  const file = resolve(cwd, given);
  if (/\.(json|ya?ml)$/.test(given) && existsSync(file)) {
    return (await foundTool(file, file)).tool;
  }
  if (/\.(json|ya?ml)$|^[./~]/.test(given)) {
    throw usageError(
      existsSync(file) ? `${file} describes no tool.` : `There is no file ${file}.`,
      "A description ends in .json, .yaml or .yml; anything else is the name of a tool, as cluster tools list --all tells.",
    );
  }
  const { config } = await loadConfig({ cwd, file: configFile });
  return await findTool(given, { config, cwd });
}

function introduce(
  adapter: ToolAdapter<unknown, unknown>,
  found: Pick<FoundTool, "origin" | "open"> & { readonly isAgent: boolean },
  cwd: string,
  view: TraceView,
): void {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${adapter.name} (${found.origin}), in ${cwd}`);
  if (found.isAgent) say("It is an agent: what it edits there stays.");
  say(
    "A request on each line; \\ at its end goes on. :reset makes it forget, ^D ends, ^C stops a turn.",
  );
  say("");
  if (found.open === undefined) say("Its adapter tells of answers only: no roles.");
  else view.legend();
}

function toRequest(text: string, isAgent: boolean, files: readonly string[], cwd: string): unknown {
  if (isAgent) return { message: text, files, workspace: cwd };
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

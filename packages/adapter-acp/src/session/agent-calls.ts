import { RequestError } from "@agentclientprotocol/sdk";
import { readConfined, writeConfined } from "../files/confined-files.ts";
import { type Place, placeOf } from "../files/place.ts";
import { chooseOption } from "../permissions/options.ts";
import { record } from "../proof/usage.ts";
import type { Terminals } from "../terminals/terminals.ts";
import type { SessionTurn } from "./session-turn.ts";

type Values = Readonly<Record<string, unknown>>;

/** What the agent's calls work with. */
export interface CallScene {
  readonly turn: SessionTurn;
  readonly workspace: string;
  readonly terminals: Terminals;
}

const REFUSED = -32_000;

/**
 * Answers a request of the agent in a turn.
 * @throws {RequestError} with words for the agent, which often reads them to its model.
 */
export async function answerCall(
  method: string,
  params: Values,
  scene: CallScene,
): Promise<unknown> {
  const { turn, terminals } = scene;
  // It gets an answer in any case: while the turn goes on, its agent is at work.
  turn.context.emit({ type: "sign" });
  switch (method) {
    case "session/request_permission":
      return { outcome: await permission(params, turn) };
    case "fs/read_text_file":
      return { content: await read(params, scene) };
    case "fs/write_text_file":
      await write(params, scene);
      return {};
    case "terminal/create":
      return createTerminal(params, scene);
    case "terminal/output":
      return terminals.find(params.terminalId).output();
    case "terminal/wait_for_exit":
      return terminals.find(params.terminalId).exited;
    case "terminal/kill":
      await terminals.find(params.terminalId).end();
      return {};
    case "terminal/release":
      await terminals.release(params.terminalId);
      return {};
    default:
      throw RequestError.methodNotFound(method);
  }
}

/** A turn that was given up answers "cancelled" at once, as the protocol asks for. */
async function permission(params: Values, turn: SessionTurn): Promise<unknown> {
  const { desk, signal } = turn;
  const cancelled = Promise.withResolvers<"cancelled">();
  const onAbort = (): void => cancelled.resolve("cancelled");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const asked = desk.asks(turn.subjectOf(record(params.toolCall)));
    // Nobody waits for it any more when the turn is given up.
    asked.catch(() => {});
    const yes = await Promise.race([asked, cancelled.promise]);
    return yes === "cancelled" ? { outcome: "cancelled" } : chooseOption(params.options, yes);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function read(params: Values, { turn, workspace }: CallScene): Promise<string> {
  const path = text(params.path, "path");
  return withFile(workspace, path, async (place) => {
    await allowed(turn.desk.allows("read", `Read ${path}`, place), `reading ${path}`);
    const { line, limit } = params;
    return readConfined(workspace, place, { line: count(line), limit: count(limit) });
  });
}

async function write(params: Values, { turn, workspace }: CallScene): Promise<void> {
  const path = text(params.path, "path");
  const content = text(params.content, "content", true);
  await withFile(workspace, path, async (place) => {
    await allowed(turn.desk.allows("edit", `Write ${path}`, place), `writing ${path}`);
    await turn.deed(() => writeConfined(workspace, place, content));
    turn.edited(place.path);
  });
}

async function createTerminal(params: Values, { turn, workspace, terminals }: CallScene) {
  const command = text(params.command, "command");
  const args = Array.isArray(params.args) ? params.args.map(String) : [];
  const line = [command, ...args].join(" ");
  await allowed(turn.desk.allows("execute", line, null), `running ${line}`);
  const cwd = typeof params.cwd === "string" ? params.cwd : ".";
  const { real, inside } = await placeOf(workspace, cwd);
  if (!inside) throw new RequestError(REFUSED, `${cwd} lies outside the workspace.`);
  const terminalId = await turn.deed(() =>
    terminals.create({
      command,
      args,
      cwd: real,
      environment: variables(params.env),
      outputLimit: count(params.outputByteLimit),
    }),
  );
  return { terminalId };
}

async function withFile<T>(
  workspace: string,
  path: string,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  try {
    const place = await placeOf(workspace, path);
    // Whatever a policy says: our own calls stay in the workspace.
    if (!place.inside) throw new RequestError(REFUSED, `${path} lies outside the workspace.`);
    return await use(place);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw RequestError.resourceNotFound(path);
    throw new RequestError(-32_603, `${path}: ${message}`);
  }
}

async function allowed(decision: Promise<boolean>, what: string): Promise<void> {
  if (!(await decision)) throw new RequestError(REFUSED, `The user does not allow ${what}.`);
}

function text(value: unknown, name: string, mayBeEmpty = false): string {
  if (typeof value === "string" && (mayBeEmpty || value !== "")) return value;
  throw RequestError.invalidParams({ [name]: "expected a text" });
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function variables(value: unknown): Record<string, string> {
  const pairs = (Array.isArray(value) ? value : []).map(record);
  return Object.fromEntries(pairs.map(({ name, value: set }) => [String(name), String(set)]));
}

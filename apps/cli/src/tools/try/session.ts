import {
  createPool,
  failureClassOf,
  type Pool,
  PoolError,
  type ToolAdapter,
  type Turn,
} from "@cluster/pool";
import type { Requests } from "./requests.ts";
import type { TraceView } from "./trace-view.ts";

/** What a session needs. */
export interface SessionOptions {
  readonly adapter: ToolAdapter<unknown, unknown>;
  readonly view: TraceView;
  readonly requests: Requests;
  /** Makes of a text what the tool takes. */
  readonly toRequest: (text: string) => unknown;
  readonly cwd: string;
  /** The start, and each turn, at most. */
  readonly timeoutMs: number;
  /** Whether a trace tells the view of all text. */
  readonly traced: boolean;
  /** What is to be said behind a turn that failed; `null` for nothing. */
  readonly remedy: string | null;
  /** Aborted when the session is to end. */
  readonly signal: AbortSignal;
  /** Is told which turn is under way. */
  readonly onTurn: (turn: Turn<unknown> | null) => void;
}

/** Types requests into one process of a tool, and shows what comes. Returns whether all were answered. */
export async function trySession(options: SessionOptions): Promise<boolean> {
  const { adapter, requests, cwd, timeoutMs, signal } = options;
  await using pool = createPool({
    adapter,
    cwd,
    start: "lazy",
    startTimeoutMs: timeoutMs,
    turnTimeoutMs: timeoutMs,
    restart: { intensity: 0 },
  });
  if (adapter.capabilities?.oneShot !== true && !(await started(pool, options))) return false;
  requests.prompt();
  let isWell = true;
  for await (const text of requests) {
    if (signal.aborted) break;
    if (text.trim() === ":reset") isWell = (await reset(pool, options)) && isWell;
    else if (text.trim() !== "") isWell = (await turn(pool, text, options)) && isWell;
    if (signal.aborted) break;
    requests.prompt();
  }
  return isWell;
}

async function started(
  pool: Pool<unknown, unknown>,
  { view, signal }: SessionOptions,
): Promise<boolean> {
  try {
    await (await pool.lease({ signal })).release("keep");
    return true;
  } catch (error) {
    fail(view, error);
    return false;
  }
}

async function reset(
  pool: Pool<unknown, unknown>,
  { view, signal }: SessionOptions,
): Promise<boolean> {
  const before = pool.status().instances[0]?.generation;
  try {
    const lease = await pool.lease({ signal });
    await lease.release("reset");
    await (await pool.lease({ signal })).release("keep");
  } catch (error) {
    return fail(view, error);
  }
  const isNew = pool.status().instances[0]?.generation !== before;
  const how = isNew ? "its process was replaced" : "in the same process";
  view.note({ type: "reset", how });
  view.tell("result", "reset", how);
  return true;
}

/** Returns false when the tool could not be understood; a failure that it reports is an answer too. */
async function turn(
  pool: Pool<unknown, unknown>,
  text: string,
  { view, toRequest, traced, remedy, onTurn }: SessionOptions,
): Promise<boolean> {
  try {
    const running = pool.run(toRequest(text));
    onTurn(running);
    for await (const event of running) {
      if (event.type === "started" || event.type === "question") continue;
      if (event.type === "text" && traced) continue;
      view.note(event);
      view.say("event", event.type, "text" in event ? event.text : JSON.stringify(event));
    }
    const result = await running;
    view.note({ type: "result", result, endedBy: running.endedBy });
    view.tell(
      "result",
      "result",
      `${JSON.stringify(result)?.slice(0, 500) ?? "undefined"} (ended by ${running.endedBy})`,
    );
    return true;
  } catch (error) {
    const isWell = fail(view, error);
    if (remedy !== null) view.tell("error", "", remedy);
    return isWell;
  } finally {
    onTurn(null);
  }
}

/** Says why there is no answer, and whether that was the tool's own word. */
function fail(view: TraceView, error: unknown): boolean {
  const code = error instanceof PoolError ? error.code : "UNKNOWN";
  // What the option of a pool is called here.
  const message = (error instanceof Error ? error.message : String(error)).replace(
    "raise startTimeoutMs",
    "raise --timeout",
  );
  const failureClass = failureClassOf(error);
  view.note({ type: "failure", code, failureClass, message });
  view.tell("error", "failed", `${failureClass ?? ""} ${code}: ${message}`.trim());
  if (code === "TOOL_FAILED" || code === "TURN_CANCELLED") return true;
  const stuck = view.stuck();
  if (stuck !== null) view.showStuck(stuck);
  return false;
}

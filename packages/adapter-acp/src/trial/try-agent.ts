import type { AgentName } from "../profiles/table.ts";
import { CELLS } from "./cells/index.ts";
import { openScene, type SceneOptions } from "./scene.ts";

/** What came of one cell. */
export interface CellResult {
  readonly name: string;
  readonly passed: boolean;
  /** How it was kept, or what was found instead. */
  readonly found: string;
  readonly ms: number;
}

/** How to try an agent. */
export interface TryAgentOptions extends SceneOptions {
  /** Ends the trial, and the agent with it: then the next result rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What an agent is tried with, by name and in this order. */
export const TRIAL_CELLS: readonly string[] = CELLS.map(({ name }) => name);

/**
 * Tries an installed agent with a scripted model on loopback: what it does with edits, commands, refused
 * keys, full quotas, broken streams and silence. It costs nothing and needs no log-in; the user's own
 * settings of the agent are neither read nor written. Yields each result as it is known; one that does
 * not even start is tried no further.
 */
export async function* tryAgent(
  agent: AgentName,
  { signal, ...options }: TryAgentOptions = {},
): AsyncGenerator<CellResult, void> {
  await using stack = new AsyncDisposableStack();
  const scene = stack.use(await openScene(agent, options));
  signal?.throwIfAborted();
  const onAbort = (): void => void scene.end();
  signal?.addEventListener("abort", onAbort, { once: true });
  stack.defer(() => signal?.removeEventListener("abort", onAbort));
  for (const [place, { name, run }] of CELLS.entries()) {
    const began = performance.now();
    const outcome = await run(scene).then(
      (found) => ({ passed: true, found }),
      (error: unknown) => ({ passed: false, found: messageOf(error) }),
    );
    signal?.throwIfAborted();
    yield { name, ...outcome, ms: performance.now() - began };
    if (place === 0 && !outcome.passed) return;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AgentResult, type AgentTask, Pool, type RunOptions, type Turn } from "@cluster/pool";
import { acpAdapter } from "../adapter.ts";
import type { AgentName } from "../profiles/table.ts";
import { type AgentModel, type ClosedDoor, closeDoor, startAgentModel } from "./model/index.ts";
import { AGENT_RIGS } from "./rigs.ts";

/** How long an agent may be silent before its turn is given up, where nothing else is said. */
const PATIENCE_MS = 60_000;
/** No patience runs out before it is seen that an agent needs it. */
const GRACE_MS = 30_000;
/** How often it is asked between turns whether it lives. */
const PING_INTERVAL_MS = 1_000;

/** One agent, its scripted model, and folders that only they know. */
export interface Scene extends AsyncDisposable {
  readonly agent: AgentName;
  readonly model: AgentModel;
  readonly door: ClosedDoor;
  /** Absolute; the agent's folder. */
  readonly workspace: string;
  /** Absolute; what the agent takes for its home. */
  readonly home: string;
  /** One turn in a session of its own. */
  run(task: AgentTask, options?: RunOptions): Turn<AgentResult>;
  /** The process that serves now. */
  pid(): number | null;
  /** What the longest start of its process took, in milliseconds. */
  startMs(): number;
  /** Why the next process ends that ends. @throws {Error} when none does in good time */
  ended(): Promise<string>;
  /** A file of the workspace; null where there is none. */
  read(path: string): Promise<string | null>;
  /** Ends the agent. Calling it again does nothing. */
  end(): Promise<void>;
}

/** What to try an agent with. */
export interface SceneOptions {
  /** The agent's program. @default as `acpAdapter` finds it */
  readonly executable?: string;
  /** Whether it follows the settings of its workspace. @default "deny" */
  readonly repositorySettings?: "allow" | "deny";
}

/** Sets everything up; the agent starts with its first turn. */
export async function openScene(agent: AgentName, options: SceneOptions = {}): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const model = stack.use(await startAgentModel());
  const door = stack.use(await closeDoor());
  // Codex refuses a home below the folder for temporary files that it knows.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "cluster-trial-")));
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [home, workspace] = [join(folder, "home"), join(folder, "workspace")];
  await mkdir(workspace);
  const rig = AGENT_RIGS[agent](model);
  for (const [path, content] of Object.entries(rig.files ?? {})) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  await mkdir(home, { recursive: true });
  const pool = new Pool<AgentTask, AgentResult>({
    adapter: acpAdapter(agent, {
      home,
      environment: { ...door.variables, ...rig.environment },
      ...(rig.model !== undefined && { model: rig.model }),
      ...options,
    }),
    start: "lazy",
    cwd: workspace,
    ledger: false,
    afterTurn: "reset",
    idleTimeoutMs: PATIENCE_MS,
    startTimeoutMs: PATIENCE_MS,
    pingIntervalMs: PING_INTERVAL_MS,
    graceMs: GRACE_MS,
    secrets: [model.apiKey],
  });
  stack.defer(() => pool.shutdown());
  const owned = stack.move();
  return {
    agent,
    model,
    door,
    workspace,
    home,
    run: (task, given) => pool.run(task, given),
    ended: () => nextEnd(pool),
    startMs: () => pool.stats().startMs.max,
    pid: () => pool.status().instances[0]?.pid ?? null,
    read: (path) => readFile(join(workspace, path), "utf8").catch(() => null),
    end: () => pool.shutdown(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function nextEnd(pool: Pool<AgentTask, AgentResult>): Promise<string> {
  const end = Promise.withResolvers<string>();
  const late = setTimeout(() => end.reject(new Error("No process has ended.")), PATIENCE_MS);
  const forget = pool.subscribe((event) => {
    if (event.type === "process.ended") end.resolve(event.reason);
  });
  try {
    return await end.promise;
  } finally {
    forget();
    clearTimeout(late);
  }
}

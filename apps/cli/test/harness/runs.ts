import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LocalRunStore, openRepository, RUN_FILES, readEvents } from "@cluster/batch";
import { waitFor } from "@cluster/testkit";
import type { Bench } from "./bench.ts";
import type { CliResult, RunningCli } from "./cli.ts";
import { runHere } from "./in-process.ts";

/** Commands that go on with a run, and may be killed. All others only look at runs, or are soon over. */
const PROCESSES: ReadonlySet<string> = new Set(["run", "resume", "retry"]);

/** Any command of `cluster` in the bench's repository; in this process, where it starts no tool. */
export function cluster(bench: Bench, ...args: readonly string[]): Promise<CliResult> {
  const env = { SAMPLE_AGENT_STATE: bench.cli.home };
  const options = { cwd: bench.repository.path, env };
  const [command = ""] = args;
  // A diff is printed by git itself, and what follows a run goes on beside other commands.
  const goesOn = args.includes("--diff") || args.includes("-f");
  if (PROCESSES.has(command) || goesOn) return bench.cli.run(args, options);
  return runHere(bench.cli, args, options);
}

/** The kept runs of the bench, from this process. */
export function storeOf(bench: Bench): LocalRunStore {
  return new LocalRunStore({ folder: join(bench.cli.env.XDG_STATE_HOME ?? "", "cluster") });
}

/** The stages of the attempts that are under way in the newest run. */
export async function stagesOf(bench: Bench): Promise<readonly string[]> {
  const repository = await openRepository(bench.repository.path);
  using reader = await storeOf(bench).read(repository, "last");
  const stages = new Map<string, string>();
  for await (const event of readEvents(join(reader.folder, RUN_FILES.events))) {
    if (event.type === "attempt.stage") stages.set(event.task, event.stage);
    if (event.type === "task.ended") stages.delete(event.outcome.task);
  }
  return [...stages.values()];
}

/** Waits until so many turns are under way in the newest run that have not ended since it began. */
export async function turnsUnderWay(bench: Bench, count: number): Promise<void> {
  await waitFor(
    async () => (await stagesOf(bench)).filter((stage) => stage === "turn").length === count,
    { what: `${count} turns under way`, timeoutMs: 60_000 },
  );
}

/**
 * Waits until so many agents hang in their first attempt. They have counted it then, so that the next one
 * does not hang.
 */
export async function hanging(bench: Bench, count: number): Promise<void> {
  await turnsUnderWay(bench, count);
  await waitFor(
    async () =>
      (await readdir(bench.cli.home)).filter((name) => /^[0-9a-f]{64}$/.test(name)).length ===
      count,
    { what: `${count} agents that hang`, timeoutMs: 60_000 },
  );
}

/** Starts `cluster run` on the bench's files, with a state for directives that count attempts. */
export function startRun(bench: Bench, message: string, ...args: readonly string[]): RunningCli {
  const env = { SAMPLE_AGENT_STATE: bench.cli.home };
  return bench.start(["-m", message, "docs/*.md", ...args], { env });
}

/** The first two tasks land, the next two hang at their first attempt. */
const HANGS_ONCE = "x [fake:only=page-003.md:first=1:hang][fake:only=page-004.md:first=1:hang]";

/** A run of six tasks that was ended by a signal with two landed, two in their turn and two to come. */
export async function endedBy(bench: Bench, signal: NodeJS.Signals): Promise<string> {
  const running = startRun(bench, HANGS_ONCE, "-w", "2");
  await waitFor(() => (running.said().match(/\] landed /g) ?? []).length === 2, {
    what: "two landings",
    timeoutMs: 60_000,
  });
  await hanging(bench, 2);
  running.kill(signal);
  if (signal !== "SIGKILL") {
    await waitFor(() => running.said().includes("again"), { what: "the answer to the signal" });
    running.kill(signal);
  }
  await running.ended;
  return /^Run (\w+)$/m.exec(running.said())?.[1] ?? "";
}

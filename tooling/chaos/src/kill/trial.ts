import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { pythonInterpreter, sampleRepository, waitFor } from "@cluster/testkit";
import { type CommandEnd, clusterHome, type RunningCommand } from "../cluster/cluster-command.ts";
import { GitFacts } from "../git/git-facts.ts";
import { isStill } from "../process/family.ts";
import type { LivingProcess } from "../process/process-tree.ts";
import { randomOf } from "../random/random.ts";
import { Assassin, type DoneDeath } from "./deaths/assassin.ts";
import { deathsOf } from "./deaths/death.ts";
import { EditLog } from "./deaths/edit-log.ts";
import { cliDriver } from "./driver/cli-driver.ts";
import { libraryDriver } from "./driver/library-driver.ts";
import type { RunOrder } from "./driver/order.ts";
import { journalsIn, readJournal } from "./judge/journal-facts.ts";
import { judgeKilled, type KillVerdict } from "./judge/judge.ts";
import { chaosPlan } from "./plan.ts";

/** What to try. */
export interface KillTrialOptions {
  readonly seed: number;
  readonly tasks: number;
  /** At least so many kills. */
  readonly kills: number;
  /** @default as the seed has it: mostly the command line, sometimes a program that uses the library */
  readonly driver?: "cli" | "library";
  /** Leaves repository and state behind when something is wrong, for a look at them. @default false */
  readonly keep?: boolean;
}

/** What came of it. */
export interface KillTrial extends KillVerdict {
  readonly seed: number;
  readonly seconds: number;
  readonly driver: "cli" | "library";
  readonly sessions: number;
  readonly deaths: readonly DoneDeath[];
  /** What the sessions said that ended by themselves. */
  readonly said: readonly string[];
}

/** More sessions than kills can explain. */
const FURTHER_SESSIONS = 10;

/** Runs a run to its end, however often it is killed, and judges what is left. */
export async function tryToKill(options: KillTrialOptions): Promise<KillTrial> {
  const { seed, tasks: count, kills } = options;
  const random = randomOf(seed);
  const plan = chaosPlan(random.named("plan"), count);
  const edits = plan.tasks.filter(({ kind }) => kind !== "nothing").length;
  const deaths = [...deathsOf(random.named("deaths"), kills, edits)];
  const repository = await sampleRepository({ files: plan.files });
  const home = await clusterHome();
  const state = join(home.path, "tool");
  await mkdir(state);
  const base = await repository.git("rev-parse", "HEAD");
  const log = new EditLog(join(state, "edits.jsonl"));
  const order: RunOrder = {
    repository: repository.path,
    python: pythonInterpreter(),
    state,
    tasks: plan.tasks.map(({ prompt, files }) => ({ prompt, files })),
    workers: 5,
    context: plan.context,
    durability: plan.durability,
  };
  const how = options.driver ?? random.named("driver").pick(["cli", "cli", "library"]);
  const driver = how === "cli" ? await cliDriver(home, order) : libraryDriver(home, order);

  const began = performance.now();
  const done: DoneDeath[] = [];
  const said: string[] = [];
  const relatives: LivingProcess[] = [];
  const violations: string[] = [];
  let report: RunReport | null = null;
  let sessions = 0;
  const most = deaths.length * 2 + FURTHER_SESSIONS;
  let resume = false;
  for (; sessions < most; ) {
    sessions += 1;
    const command: RunningCommand = resume ? driver.resume() : driver.start();
    const assassin = new Assassin(command.pid, deaths, log);
    const work = assassin.work();
    const end: CommandEnd = await command.ended;
    assassin.end();
    await work;
    done.push(...assassin.done);
    relatives.push(...assassin.family.living());
    const ended = driver.read(end);
    // A start that failed has said so: it is started again.
    resume = ended.kind !== "nothing-begun" && (resume || ended.kind !== "failed");
    if (ended.kind === "failed") said.push(`session ${sessions} failed: ${ended.message}`);
    if (ended.kind === "report") report = ended.report;
    if (ended.kind === "complete" || (ended.kind === "report" && report?.end === "complete")) break;
    // An error that no kill explains comes again, and then there are too many sessions.
  }
  if (sessions === most) violations.push(`it is not done after ${sessions} sessions`);
  const seconds = (performance.now() - began) / 1000;

  const living = (): readonly LivingProcess[] => [
    ...home.processes(),
    ...relatives.filter(isStill),
  ];
  await waitFor(() => living().length === 0, { timeoutMs: 10_000 }).catch(() => {
    for (const { pid, command } of living()) {
      violations.push(`a process is left: ${pid} ${command.join(" ")}`);
    }
  });
  const journal = journalsIn(home.state)
    .map(readJournal)
    .findLast(({ tasks }) => tasks.length > 0);
  if (journal === undefined)
    throw new Error(`seed ${seed}: there is no journal.\n${said.join("\n")}`);
  const made = log.read();
  const git = new GitFacts(repository.path);
  const { state: runs, cache } = home;
  const verdict = judgeKilled({ git, plan, journal, report, made, base, state: runs, cache });
  violations.push(...verdict.violations);
  if (done.length < kills) violations.push(`there were ${done.length} kills only`);
  if (options.keep && violations.length > 0) said.push(`kept: ${repository.path} ${home.path}`);
  else await Promise.all([repository, home].map((folder) => folder[Symbol.asyncDispose]()));
  return { ...verdict, violations, seed, driver: how, seconds, sessions, deaths: done, said };
}

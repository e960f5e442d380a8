import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport, TaskOutcome } from "@cluster/batch";
import {
  type ModelCall,
  repliesInTurn,
  sampleRepository,
  startStandInModel,
  waitFor,
} from "@cluster/testkit";
import { type CommandEnd, clusterHome } from "../cluster/cluster-command.ts";
import { GitFacts } from "../git/git-facts.ts";
import { randomOf } from "../random/random.ts";
import { judge, type Verdict } from "./judge.ts";
import { EXPECTED } from "./mischief.ts";
import { type PlannedTask, type PlanOptions, planOf } from "./plan.ts";
import { Rendezvous } from "./rendezvous.ts";
import { repliesFor } from "./replies.ts";
import type { SaidEdit } from "./said-edits.ts";

/** What to try. */
export interface AiderTrialOptions extends PlanOptions {
  readonly seed: number;
  /** The `aider` to run. */
  readonly aider: string;
  readonly workers: number;
  /** Of one turn, in seconds. */
  readonly timeoutSeconds: number;
}

/** What came of it. */
export interface AiderTrial extends Verdict {
  readonly seed: number;
  readonly seconds: number;
  /** Outcomes as they are reported, with what the model did to the task. */
  readonly outcomes: readonly { readonly task: PlannedTask; readonly outcome: string }[];
  /** Outcomes that the plan did not foresee: no fault by themselves. */
  readonly surprises: readonly string[];
  readonly modelCalls: number;
  readonly stderr: string;
}

/** Runs real `cluster run` with real aider against a model that misbehaves by seed, and judges it by git. */
export async function tryAider(options: AiderTrialOptions): Promise<AiderTrial> {
  const { seed, aider, workers, timeoutSeconds } = options;
  const random = randomOf(seed);
  const plan = planOf(random, options);
  const byName = new Map(plan.tasks.map((task) => [task.name, task]));
  const said: SaidEdit[] = [];
  const note = (edit: SaidEdit): void => void said.push(edit);
  const context = { plan, random, note, rendezvous: new Rendezvous(20_000) };

  await using repository = await sampleRepository({ files: plan.files });
  await using model = await startStandInModel({
    behaviour: repliesInTurn(taskOf, (name) =>
      repliesFor(byName.get(name) as PlannedTask, context),
    ),
  });
  await using home = await clusterHome();
  const settings = await model.writeAiderSettings(home.path);
  const list = join(home.path, "tasks.jsonl");
  await writeFile(list, plan.tasks.map(rowOf).join(""));
  const base = await repository.git("rev-parse", "HEAD");

  const began = performance.now();
  const command = home.start(
    [
      ...["run", "--tasks", list, "--json", "--quiet"],
      ...["--tool", "aider", "--model", model.model, "-w", String(workers)],
      ...["--timeout", String(timeoutSeconds)],
      ...["--", "--openai-api-base", model.baseUrl],
      ...["--model-settings-file", settings.modelSettingsFile],
      ...["--model-metadata-file", settings.modelMetadataFile],
    ],
    { cwd: repository.path, env: { CLUSTER_AIDER: aider, OPENAI_API_KEY: model.apiKey } },
  );
  const end = await command.ended;
  const seconds = (performance.now() - began) / 1000;
  const report = reportOf(end);
  await waitFor(() => model.inFlight === 0, { what: "the end of the model's calls" });

  const whole = new Set(model.answers.flatMap(({ whole, call }) => (whole ? call.index : [])));
  const planned = ({ index }: TaskOutcome): PlannedTask => plan.tasks[index] as PlannedTask;
  const verdict = judge({
    git: new GitFacts(repository.path),
    report,
    planned,
    said: said.filter(({ call }) => whole.has(call)),
    base,
    target: "main",
  });
  const violations = [...verdict.violations];
  if (report.tasks.length !== plan.tasks.length) {
    violations.push(`the report has ${report.tasks.length} of ${plan.tasks.length} tasks`);
  }
  await waitFor(() => home.processes().length === 0, { timeoutMs: 10_000 }).catch(() => {
    for (const { pid, command } of home.processes()) {
      violations.push(`a process is left: ${pid} ${command.join(" ")}`);
    }
  });

  const outcomes = report.tasks.map((told) => ({ task: planned(told), outcome: told.outcome }));
  const surprises = report.tasks.flatMap((told) => {
    const { name, mischief } = planned(told);
    if (EXPECTED[mischief].includes(told.outcome)) return [];
    return `${name}, ${mischief}: ${told.outcome}, ${told.reason?.message ?? "without a reason"}`;
  });
  const modelCalls = model.calls.length;
  return {
    ...verdict,
    violations,
    seed,
    seconds,
    outcomes,
    surprises,
    modelCalls,
    stderr: end.stderr,
  };
}

/** The task's name is in its prompt, and so in what the model is told. */
function rowOf({ name, file }: PlannedTask): string {
  return `${JSON.stringify({ prompt: `Do what is to be done here. (Task ${name})`, files: [file] })}\n`;
}

function taskOf({ messages }: ModelCall): string | null {
  for (const { content } of messages.toReversed()) {
    const [, name] = /\(Task (t\d+[ab]?)\)/.exec(content) ?? [];
    if (name !== undefined) return name;
  }
  return null;
}

function reportOf({ code, stdout, stderr }: CommandEnd): RunReport {
  try {
    return JSON.parse(stdout) as RunReport;
  } catch (cause) {
    throw new Error(`cluster made no report (${code}). It said:\n${stdout}${stderr}`, { cause });
  }
}

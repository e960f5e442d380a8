// Runs `cluster run` with real aider against a model that misbehaves by seed, and judges it by git.
import { parseArgs } from "node:util";
import { findAider, installAider } from "@cluster/adapter-aider";
import { MISCHIEFS } from "./mischief.ts";
import { type AiderTrial, tryAider } from "./trial.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    files: { type: "string", default: "218" },
    workers: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(`aider [--seed 1] [--files 218] [--workers 5]

Exits with 1 when an outcome is not what git says, or an edit is lost.`);
} else {
  const found = await findAider();
  const aider = (found.found ? found : await installAider()).executable;
  const files = Number(values.files);
  const trial = await tryAider({
    seed: Number(values.seed),
    files,
    workers: Number(values.workers),
    aider,
    timeoutSeconds: 30,
    spentQuotas: Math.round(files / 100),
    hangs: Math.round(files / 100),
    rivalries: Math.round(files / 30),
  });
  tell(trial);
  process.exitCode = trial.violations.length === 0 ? 0 : 1;
}

function tell(trial: AiderTrial): void {
  const { seed, outcomes, seconds, modelCalls, commits, editsKept, refs } = trial;
  console.log(`seed ${seed}, ${outcomes.length} tasks, ${seconds.toFixed(0)} s\n`);
  for (const mischief of MISCHIEFS) {
    const those = outcomes.filter(({ task }) => task.mischief === mischief);
    if (those.length === 0) continue;
    const counts = Object.entries(Object.groupBy(those, ({ outcome }) => outcome));
    const said = counts.map(([outcome, list]) => `${list?.length ?? 0} ${outcome}`).join(", ");
    console.log(`${mischief.padEnd(20)} ${String(those.length).padStart(4)}   ${said}`);
  }
  console.log(
    `\n${modelCalls} model calls, ${commits} commits, ${refs} refs, ${editsKept} edits kept`,
  );
  for (const text of trial.surprises) console.log(`odd: ${text}`);
  for (const text of trial.violations) console.log(`WRONG: ${text}`);
  if (trial.violations.length === 0) console.log("Each outcome is what git says; no edit is lost.");
}

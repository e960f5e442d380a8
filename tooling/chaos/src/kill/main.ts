// Kills runs at random points, goes on with them until they are done, and judges what is left.
import { parseArgs } from "node:util";
import { type KillTrial, tryToKill } from "./trial.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    first: { type: "string", default: "1" },
    seed: { type: "string" },
    tasks: { type: "string", default: "200" },
    kills: { type: "string", default: "5" },
    driver: { type: "string" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const DRIVERS = ["cli", "library"] as const;

/** What is wrong is often wrong many times. */
const MOST_TOLD = 12;

if (values.help) {
  console.log(`chaos [--seeds 200] [--first 1] [--seed N] [--tasks 200] [--kills 5] [--driver cli|library] [--keep]

--seed N plays one seed, as a failure names it; --keep leaves what is wrong for a look. Exits with 1 when anything was lost, landed twice or left.`);
} else {
  process.exitCode = await play();
}

async function play(): Promise<number> {
  const { seed, tasks, kills, keep } = values;
  const driver = DRIVERS.find((name) => name === values.driver);
  const first = Number(seed ?? values.first);
  const count = seed === undefined ? Number(values.seeds) : 1;
  const failed: number[] = [];
  const sum = { tasks: 0, kills: 0, sessions: 0, edits: 0 };
  for (let at = first; at < first + count; at += 1) {
    const trial = await tryToKill({
      seed: at,
      tasks: Number(tasks),
      kills: Number(kills),
      keep,
      ...(driver && { driver }),
    });
    if (trial.violations.length > 0) failed.push(at);
    sum.tasks += Number(tasks);
    sum.kills += trial.deaths.length;
    sum.sessions += trial.sessions;
    sum.edits += Object.values(trial.edits).reduce((all, some) => all + some, 0);
    tell(trial, seed !== undefined || trial.violations.length > 0);
    for (const text of trial.violations.slice(0, MOST_TOLD)) console.log(`  WRONG: ${text}`);
    const more = trial.violations.length - MOST_TOLD;
    if (more > 0) console.log(`  WRONG: and ${more} more`);
    if (trial.violations.length > 0)
      console.log(`  replay: npm run chaos -- --seed ${at} --tasks ${tasks} --kills ${kills}`);
  }
  console.log(
    `\n${count} seeds, ${sum.tasks} tasks, ${sum.kills} kills, ${sum.sessions} sessions, ${sum.edits} edits: ` +
      (failed.length === 0
        ? "none lost, none landed twice, nothing left"
        : `${failed.length} failed (${failed.join(", ")})`),
  );
  return failed.length === 0 ? 0 : 1;
}

function tell(trial: KillTrial, detailed: boolean): void {
  const { seed, driver, seconds, sessions, deaths, outcomes, edits } = trial;
  const victims = Object.entries(Object.groupBy(deaths, ({ victim }) => victim));
  const killed = victims.map(([victim, list]) => `${list?.length ?? 0} ${victim}`).join(", ");
  const ends = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  console.log(
    `seed ${seed}: ${trial.violations.length === 0 ? "ok" : "FAILED"}, ${driver}, ${seconds.toFixed(1)} s, ` +
      `${sessions} sessions; killed ${killed}; ${ends.join(", ")}; edits: ${edits.landed} landed, ` +
      `${edits.kept} kept, ${edits.madeAgain} made again, ${edits.inJournal} in the journal`,
  );
  if (!detailed) return;
  for (const { victim, edits: at, during } of deaths)
    console.log(`  after ${at} edits: ${victim}, ${during}`);
  for (const text of trial.said) console.log(`  ${text}`);
}

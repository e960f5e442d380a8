// How long each suite took, beside what it may take.
import { existsSync, readFileSync } from "node:fs";
import { relative, sep } from "node:path";

/**
 * Seconds of its files one after the other, on two processors that nobody else uses. Files run two at a time,
 * so that half of the sum, and a minute or two for installing and the other checks, are below 15 minutes.
 */
const BUDGETS = {
  "apps/cli": 280,
  "apps/examples": 30,
  "packages/adapter-acp": 55,
  "packages/adapter-aider": 120,
  "packages/batch": 180,
  "packages/manager": 30,
  "packages/pool": 270,
  "packages/python-host": 50,
  "packages/routing": 5,
  "packages/workspace": 130,
  "tooling/bench": 10,
  "tooling/chaos": 40,
  "tooling/faults": 50,
  "tooling/release": 110,
  "tooling/setup": 40,
  "tooling/testkit": 15,
};

/** Prints what the files of each suite took, by the report of vitest's JSON reporter; nothing fails by it. */
export function printTimes(file, root, budgets = BUDGETS) {
  if (!existsSync(file)) return;
  const times = new Map();
  for (const { name, startTime, endTime } of JSON.parse(readFileSync(file, "utf8")).testResults) {
    const suite = relative(root, name).split(sep).slice(0, 2).join("/");
    times.set(suite, (times.get(suite) ?? 0) + (endTime - startTime) / 1000);
  }
  console.log(`\n${line("suite", "took", "may take")}`);
  for (const [suite, seconds] of [...times].sort(([a], [b]) => a.localeCompare(b))) {
    const budget = budgets[suite];
    const over = seconds > budget ? "  more than it may, on a machine that is free" : "";
    const bound = budget === undefined ? "" : `${budget} s`;
    console.log(line(suite, `${Math.round(seconds)} s`, bound) + over);
  }
}

function line(suite, took, bound) {
  return `${suite.padEnd(24)}${took.padStart(8)}${bound.padStart(10)}`;
}

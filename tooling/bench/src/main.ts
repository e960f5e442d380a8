// `pnpm bench [name …] [--rounds N] [--json]`: the figures of docs/performance.md.
import { parseArgs } from "node:util";
import { BENCHMARKS } from "./benchmarks.ts";
import { describeMachine } from "./measure/machine.ts";
import { toMarkdown } from "./runner/markdown.ts";
import { summarise } from "./runner/result.ts";
import { runRounds } from "./runner/run-rounds.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  const list = BENCHMARKS.map(
    ({ name, title, onlyByName }) =>
      `  ${name.padEnd(14)}${title}${onlyByName === true ? " (only when named)" : ""}`,
  );
  console.log(
    "bench [name …] [--rounds N] [--json]\n\nWithout a name: all, in some minutes. " +
      `The table goes to stdout, what was measured in each round to stderr.\n\n${list.join("\n")}`,
  );
  process.exit(0);
}
const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
if (rounds !== undefined && !(Number.isSafeInteger(rounds) && rounds > 0)) {
  throw new Error(`--rounds: expected a whole number of at least 1, found ${values.rounds}.`);
}
const unknown = positionals.filter((name) => !BENCHMARKS.some((one) => one.name === name));
if (unknown.length > 0) {
  const known = BENCHMARKS.map(({ name }) => name).join(", ");
  throw new Error(`There is no benchmark ${unknown.join(", ")}. There are ${known}.`);
}
const wanted = BENCHMARKS.filter(({ name, onlyByName }) =>
  positionals.length > 0 ? positionals.includes(name) : onlyByName !== true,
);

const runs = [];
for (const benchmark of wanted) {
  console.error(`${benchmark.name}: ${benchmark.title}`);
  const measured = await runRounds(benchmark, {
    scale: "full",
    rounds,
    onRound: (round, number) => console.error(`  ${number} ${JSON.stringify(round)}`),
  });
  runs.push({ benchmark, result: summarise(benchmark, measured) });
}
const machine = describeMachine();
const results = runs.map(({ result }) => result);
console.log(
  values.json ? JSON.stringify({ machine, results }, null, 2) : toMarkdown(machine, runs),
);

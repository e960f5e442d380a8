// The rollout benchmark: the same files, the same aider, the same stand-in model, three ways in turn.
import { parseArgs } from "node:util";
import { findAider } from "@cluster/adapter-aider";
import { startStandInModel } from "@cluster/testkit";
import { describeMachine } from "../measure/machine.ts";
import { show, spread } from "../measure/statistics.ts";
import { inSequence, type Measurement, withCluster, withParallel } from "./rollout.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    files: { type: "string", default: "218" },
    "sequence-files": { type: "string", default: "2" },
    "parallel-files": { type: "string", default: "10" },
    help: { type: "boolean", short: "h", default: false },
    "latency-ms": { type: "string", default: "1000" },
    workers: { type: "string", default: "5" },
  },
});
if (values.help) {
  console.log(
    "rollout [--rounds 5] [--files 218] [--workers 5] [--latency-ms 1000]\n" +
      "        [--sequence-files 2] [--parallel-files 10]\n\n" +
      "Needs GNU parallel and aider (`cluster tools install aider`). About 3 minutes a round.",
  );
  process.exit(0);
}
const number = (name: keyof typeof values): number => Number(values[name]);
const [rounds, files, workers, latencyMs] = [
  number("rounds"),
  number("files"),
  number("workers"),
  number("latency-ms"),
];

const found = await findAider();
if (!found.found) throw new Error(`The benchmark needs aider: ${found.reason}`);
await using model = await startStandInModel({ latencyMs });
const setting = { aider: found.executable, model, workers };

const sequence: Measurement[] = [];
const parallel: Measurement[] = [];
const cluster: Measurement[] = [];
for (let round = 1; round <= rounds; round += 1) {
  sequence.push(await inSequence(setting, number("sequence-files")));
  parallel.push(await withParallel(setting, number("parallel-files")));
  cluster.push(await withCluster(setting, files));
  console.error(
    `round ${round}: ${JSON.stringify([sequence.at(-1), parallel.at(-1), cluster.at(-1)])}`,
  );
}

const idealSeconds = (Math.ceil(files / workers) * latencyMs) / 1000;
const perFile = (all: readonly Measurement[]) =>
  spread(all.map((one) => (one.warmSeconds ?? one.wallSeconds) / one.files));
const ratios = parallel.map((one, index) => {
  const ours = cluster[index] as Measurement;
  return one.wallSeconds / one.files / ((ours.warmSeconds ?? ours.wallSeconds) / ours.files);
});
const ofIdeal = cluster.map((one) => idealSeconds / (one.warmSeconds ?? one.wallSeconds));

const row = (name: string, all: readonly Measurement[]): string => {
  const one = all[0] as Measurement;
  return `| ${[
    name,
    one.files,
    show(spread(all.map((each) => each.wallSeconds)), 1),
    show(spread(all.map((each) => each.cpuSeconds / each.files)), 2),
    show(spread(all.map((each) => each.modelCalls / each.files)), 2),
    Math.max(...all.map((each) => each.mostCallsAtOnce)),
    show(perFile(all), 3),
    show(spread(all.map((each) => each.edited / each.files)), 2),
  ].join(" | ")} |`;
};
console.log(`${describeMachine()}, aider ${found.version}
${rounds} rounds, interleaved; median (lowest to highest). Model: a stand-in that takes ${latencyMs} ms.

| way | files | wall, s | CPU a file, s | calls a file | most calls at once | s a file${""}, once warm | files really edited |
|---|---|---|---|---|---|---|---|
${row("one-shot aider in sequence", sequence)}
${row(`GNU parallel -j${workers}, one-shot aider`, parallel)}
${row(`cluster run -w ${workers}`, cluster)}

Once the workers are ready: ${show(spread(ofIdeal))} of the ideal (${idealSeconds} s).
Per file, against GNU parallel: ${show(spread(ratios), 1)} times faster.`);

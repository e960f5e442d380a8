// Runs the fault tests again and again, and tells of every test that failed even once.
import { parseArgs } from "node:util";
import { type Round, runOnce } from "./run-once.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "20" },
    workers: { type: "string", default: "2" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(`repeat [--rounds 20] [--workers 2] [--only PATTERN] [FOLDER…]

Runs the tests of the folders (tooling/faults) so many times; --only takes a part of their names, such
as that of a host. Exits with 1 when a test has failed in any round.`);
} else {
  process.exitCode = await repeat();
}

async function repeat(): Promise<number> {
  const rounds = Number(values.rounds);
  const folders = positionals.length > 0 ? positionals : ["tooling/faults/test"];
  const done: Round[] = [];
  while (done.length < rounds) {
    const round = await runOnce(folders, values);
    done.push(round);
    const { passed, failures, seconds } = round;
    console.log(
      `${done.length}/${rounds}  ${passed} passed, ${failures.length} failed  ${seconds.toFixed(1)} s`,
    );
    for (const { test, message } of failures) console.log(`  ✗ ${test}\n${indent(message)}`);
  }
  const flaky = Map.groupBy(
    done.flatMap(({ failures }) => failures),
    ({ test }) => test,
  );
  const times = done.map(({ seconds }) => seconds).sort((one, other) => one - other);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  console.log(
    `\n${rounds} rounds, median ${median.toFixed(1)} s, ${flaky.size} tests failed in any`,
  );
  for (const [test, failures] of flaky) console.log(`  ${failures.length} × ${test}`);
  return flaky.size === 0 ? 0 : 1;
}

function indent(text: string): string {
  return text.slice(0, 3_000).replace(/^/gm, "      ");
}

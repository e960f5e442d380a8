// `npm test`: sets everything up, then runs every check. The last line counts them all.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, node, pnpm, root, run } from "./install.mjs";
import { printTimes } from "./suites.mjs";
import { Totals } from "./totals.mjs";

install();

const reports = mkdtempSync(join(tmpdir(), "cluster-test-"));
const testReport = join(reports, "vitest.json");
const totals = new Totals();

const checks = [
  ["format and lint", () => run("biome", ["check", "--error-on-warnings", "."])],
  ["types", () => pnpm(["exec", "turbo", "run", "typecheck", "--output-logs=errors-only"])],
  ["direction of imports", () => pnpm(["exec", "turbo", "boundaries"])],
  ["nothing unused", () => run("knip", [])],
  [
    "build and packages",
    () => pnpm(["exec", "turbo", "run", "build", "pack:check", "--output-logs=errors-only"]),
  ],
];
for (const [name, check] of checks) {
  console.log(`\n== ${name}`);
  if (check() === 0) totals.pass();
  else totals.fail(name);
}

console.log("\n== tests");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const arguments_ = [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${testReport}`,
];
const status = run(node, [vitest, ...arguments_, ...process.argv.slice(2)]);
totals.addReport(testReport, status, root);
printTimes(testReport, root);
rmSync(reports, { recursive: true, force: true });

process.exit(totals.print());

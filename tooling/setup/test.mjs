// `npm test`: sets everything up, then runs every check. The last line counts them all.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, node, pnpm, root, run } from "./install.mjs";

install();

const reports = mkdtempSync(join(tmpdir(), "cluster-test-"));
const testReport = join(reports, "vitest.json");
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

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
  if (check() === 0) totals.passed += 1;
  else fail(name);
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
countTests(status);
rmSync(reports, { recursive: true, force: true });

if (failures.length > 0)
  console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join("\n")}`);
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed > 0 ? 1 : 0);

function fail(name) {
  totals.failed += 1;
  failures.push(name);
}

function countTests(exitCode) {
  if (!existsSync(testReport)) {
    fail("tests: vitest made no report");
    return;
  }
  const report = JSON.parse(readFileSync(testReport, "utf8"));
  for (const file of report.testResults) {
    const name = file.name.replace(root, "");
    if (file.assertionResults.length === 0 && file.status === "failed") fail(name);
    for (const test of file.assertionResults) {
      if (test.status === "passed") totals.passed += 1;
      else if (test.status === "failed") fail(`${name}: ${test.fullName}`);
      else totals.skipped += 1;
    }
  }
  // An error outside of any test, such as an unhandled rejection, fails the run too.
  if (exitCode !== 0 && totals.failed === 0)
    fail("tests: vitest reported an error outside of a test");
}

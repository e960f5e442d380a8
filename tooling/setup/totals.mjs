// What came of a run of vitest, counted as the last line of `npm test` has it.
import { existsSync, readFileSync } from "node:fs";

/** Counts of checks and tests, and the names of those that failed. */
export class Totals {
  #counts = { passed: 0, failed: 0, skipped: 0 };
  #failures = [];

  pass() {
    this.#counts.passed += 1;
  }

  fail(name) {
    this.#counts.failed += 1;
    this.#failures.push(name);
  }

  skip() {
    this.#counts.skipped += 1;
  }

  /** Adds what vitest wrote with its JSON reporter. */
  addReport(file, exitCode, root) {
    if (!existsSync(file)) {
      this.fail("tests: vitest made no report");
      return;
    }
    const report = JSON.parse(readFileSync(file, "utf8"));
    for (const { name: path, status, assertionResults } of report.testResults) {
      const name = path.replace(root, "");
      if (assertionResults.length === 0 && status === "failed") this.fail(name);
      for (const test of assertionResults) {
        if (test.status === "passed") this.pass();
        else if (test.status === "failed") this.fail(`${name}: ${test.fullName}`);
        else this.skip();
      }
    }
    // An error outside of any test, such as an unhandled rejection, fails the run too.
    if (exitCode !== 0 && this.#counts.failed === 0)
      this.fail("tests: vitest reported an error outside of a test");
  }

  /** Prints the failures and the line that counts them all, and gives the exit code. */
  print() {
    const { passed, failed, skipped } = this.#counts;
    if (failed > 0)
      console.log(`\nFailed:\n${this.#failures.map((name) => `  ${name}`).join("\n")}`);
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return failed > 0 ? 1 : 0;
  }
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@cluster/testkit";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);

/** One round of tests. */
export interface Round {
  readonly passed: number;
  readonly seconds: number;
  readonly failures: readonly { readonly test: string; readonly message: string }[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/**
 * Runs the tests of some folders once, in as many workers as are said.
 * @throws {Error} when Vitest makes no report
 */
export async function runOnce(
  folders: readonly string[],
  options: { readonly workers: string; readonly only?: string },
): Promise<Round> {
  await using folder = await temporaryFolder();
  const report = join(folder.path, "report.json");
  const args = ["run", ...folders, `--maxWorkers=${options.workers}`];
  if (options.only !== undefined) args.push(`--testNamePattern=${options.only}`);
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [vitest, ...args, "--reporter=json", `--outputFile=${report}`],
    { cwd: root, stdio: ["ignore", "ignore", "pipe"] },
  );
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, "close");
  const seconds = (performance.now() - began) / 1000;
  const text = await readFile(report, "utf8").catch((cause: unknown) => {
    throw new Error(`Vitest made no report. It said:\n${stderr.slice(-4_000)}`, { cause });
  });
  return { seconds, ...read(JSON.parse(text) as Report) };
}

function read({ testResults }: Report): Pick<Round, "passed" | "failures"> {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const broken = testResults
    .filter((file) => file.status === "failed" && file.assertionResults.length === 0)
    .map((file) => ({ test: file.name, message: file.message }));
  const failed = tests
    .filter(({ status }) => status === "failed")
    .map((test) => ({ test: test.fullName, message: (test.failureMessages ?? []).join("\n") }));
  return {
    passed: tests.filter(({ status }) => status === "passed").length,
    failures: [...broken, ...failed],
  };
}

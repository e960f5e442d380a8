// `npm run test:agents`: sets everything up, installs the agents, and runs their suite. It takes some
// minutes and more than a gigabyte; `npm test` has no part in it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install, node, root, run } from "./install.mjs";
import { printTimes } from "./suites.mjs";
import { Totals } from "./totals.mjs";

/** All agents whose licences let us install them. */
const AGENTS = ["codex", "codex-acp-2", "gemini", "opencode", "qwen"];

install();

/** Seconds of the suites, one file after the other. */
const BUDGETS = { "apps/cli": 90, "packages/adapter-acp": 360 };

/** Ours alone: what the user has installed is neither used nor changed. */
const cache = { XDG_CACHE_HOME: join(root, "node_modules", ".cache", "agents") };
const conditions = "--conditions=@cluster/source";
const totals = new Totals();
const tested = AGENTS.map((agent) => ({ agent, program: installed(agent) }));

console.log("\n== agents");
const reports = mkdtempSync(join(tmpdir(), "cluster-agents-"));
const report = join(reports, "vitest.json");
const status = run(
  node,
  [
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    "--config=vitest.agents.config.ts",
    "--reporter=verbose",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  "inherit",
  { ...cache, CLUSTER_TESTED_AGENTS: JSON.stringify(tested) },
);
totals.addReport(report, status, root);
printTimes(report, root, BUDGETS);
rmSync(reports, { recursive: true, force: true });
process.exit(totals.print());

/** Where an agent is; null where it cannot be installed, which fails in CI only. */
function installed(agent) {
  const program = join(root, "packages", "adapter-acp", "test", "agents", "install.ts");
  const { stdout, status: code } = spawnSync(node, [conditions, program, agent], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...cache },
    encoding: "utf8",
  });
  if (code === 0) return stdout.trim();
  if (process.env.CI) totals.fail(`install ${agent}`);
  console.error(`Skipped: ${agent} could not be installed.`);
  return null;
}

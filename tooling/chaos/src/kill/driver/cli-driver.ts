import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterHome, CommandEnd } from "../../cluster/cluster-command.ts";
import type { Driver, SessionEnd } from "./driver.ts";
import type { RunOrder } from "./order.ts";

const TOOL = new URL("../tool/chaos-tool.ts", import.meta.url).href;

/** Runs `cluster run` and `cluster resume`, as a user types them. */
export async function cliDriver(home: ClusterHome, order: RunOrder): Promise<Driver> {
  const { repository, python, state, tasks, workers, context } = order;
  const config = join(home.path, "cluster.config.mjs");
  const [interpreter, folder] = [python, state].map((text) => JSON.stringify(text));
  await writeFile(
    config,
    `import { chaosTool } from ${JSON.stringify(TOOL)};
export default { tool: "chaos", tools: { chaos: chaosTool(${interpreter}, ${folder}) } };
`,
  );
  const list = join(home.path, "tasks.jsonl");
  await writeFile(list, tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));
  const run = ["run", "--tasks", list, "--config", config, "--json", "--quiet"];
  const flags = ["-w", String(workers), "--context", context, "--retries", "3"];
  return {
    start: () => home.start([...run, ...flags], { cwd: repository }),
    resume: () => home.start(["resume", "--json", "--quiet"], { cwd: repository }),
    read,
  };
}

function read({ code, stdout, stderr }: CommandEnd): SessionEnd {
  if (code === "SIGKILL") return { kind: "killed" };
  if (stdout.startsWith("{")) return { kind: "report", report: JSON.parse(stdout) };
  if (/No run of this repository is kept|before its tasks were planned/.test(stderr)) {
    return { kind: "nothing-begun" };
  }
  // It has said so, or with --quiet nothing.
  if (code === 0 || code === 1) return { kind: "complete" };
  return { kind: "failed", message: stderr };
}

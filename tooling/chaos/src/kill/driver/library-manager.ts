// A program that uses @cluster/batch as anybody would, to be killed. It prints the report.
import { BatchError, type Run, reportToJson, resumeRun, startRun } from "@cluster/batch";
import { chaosTool } from "../tool/chaos-tool.ts";
import { COMPLETE, type LibraryOrder, NOTHING_BEGUN } from "./library-order.ts";

async function begin(order: LibraryOrder): Promise<Run> {
  const { how, repository, python, state, tasks, workers, context, durability } = order;
  const options = {
    repository,
    tool: chaosTool(python, state),
    tasks,
    workers,
    context,
    durability,
    retries: 3,
    retryDelayMs: 10,
    haltAfter: Number.POSITIVE_INFINITY,
  };
  return how === "start" ? startRun(options) : resumeRun({ ...options, run: "last" });
}

try {
  const run = await begin(JSON.parse(process.argv[2] ?? "") as LibraryOrder);
  process.stdout.write(reportToJson(await run.finished));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  const code = error instanceof BatchError ? error.code : "";
  process.exitCode = code === "RUN_UNKNOWN" || code === "NO_TASKS" ? NOTHING_BEGUN : 70;
  if (code === "RUN_COMPLETE") process.exitCode = COMPLETE;
}

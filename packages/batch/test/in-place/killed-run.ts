import { LocalRunStore, openFolder, startRun } from "@cluster/batch";
import { sampleTool, tasksFor } from "../sample/sample-run.ts";

/** A program with a run in place that is to be killed: it prints a line for each task that landed. */
const [path = "", locks = "", folder = "", prompt = "", env = "{}", ...files] =
  process.argv.slice(2);
const run = await startRun({
  repository: await openFolder(path, { directory: locks }),
  store: new LocalRunStore({ folder }),
  tasks: tasksFor(files, prompt),
  tool: sampleTool(JSON.parse(env) as Record<string, string>),
  workers: 3,
});
run.subscribe((event) => {
  if (event.type === "task.ended") process.stdout.write(`${event.outcome.files[0]}\n`);
});
await run.finished;

// Records transitions for ever, and says on stdout which have been acknowledged.
import { writeSync } from "node:fs";
import { openJournal } from "@cluster/batch";
import { edited, outcomeOf } from "../sample-steps.ts";

const [path = "", durability] = process.argv.slice(2);
const { journal } = openJournal(path, { durability: durability === "power" ? "power" : "process" });

const work = journal.unfinished().map(async ({ task }) => {
  const { id } = task;
  const token = await journal.open(id);
  writeSync(1, `opened ${id} ${token}\n`);
  await journal.record({ type: "attempt.committed", task: id, token, result: edited(id) });
  writeSync(1, `committed ${id} ${token}\n`);
  await journal.record({ type: "task.ended", token, outcome: outcomeOf(task, "landed") });
  writeSync(1, `ended ${id} ${token}\n`);
});
await Promise.all(work);

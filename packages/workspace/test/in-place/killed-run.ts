import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFolder } from "../../src/index.ts";

/**
 * A program that is killed in the middle of a run in place: one edit has landed, one is committed, one is
 * half-made. It prints a line when it is there.
 */
const [path = "", directory = ""] = process.argv.slice(2);
const folder = await openFolder(path, { directory });
const run = await folder.createRun({ run: "killed" });
const edited = async (file: string): Promise<string> => {
  const workspace = await run.openWorkspace(0);
  await workspace.reset(run.base, { task: file, token: 1, files: [file] });
  writeFileSync(join(path, file), "tool\n");
  const edit = (await workspace.commit({ paths: "all" })) ?? "";
  await workspace.leave(edit);
  return edit;
};
await run.land(await edited("landed"));
const committed = await edited("committed");
const workspace = await run.openWorkspace(0);
await workspace.reset(run.base, { task: "begun", token: 1, files: ["begun", "new/file"] });
writeFileSync(join(path, "begun"), "half");
process.stdout.write(`${committed}\n`);
setInterval(() => {}, 60_000);

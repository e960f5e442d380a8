import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { begun, type PlainFolder, plainFolder, waits } from "./plain-folder.ts";

const PROGRAM = fileURLToPath(new URL("killed-run.ts", import.meta.url));
const FILES = { landed: "0\n", committed: "0\n", begun: "0\n" };

/** Starts the program and gives what it printed when it is to be killed. */
async function untilReady(folder: PlainFolder): Promise<{ child: ChildProcess; edit: string }> {
  const args = ["--conditions=@cluster/source", PROGRAM, folder.path, folder.state];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const edit of createInterface({ input: child.stdout })) return { child, edit };
  throw new Error("It ended before it was killed.");
}

async function killed(folder: PlainFolder): Promise<string> {
  const { child, edit } = await untilReady(folder);
  child.kill("SIGKILL");
  await once(child, "exit");
  return edit;
}

test("after kill -9 what was under way is restored and kept, what landed stays, and the rest can land", async () => {
  await using folder = await plainFolder(FILES);
  const edit = await killed(folder);
  expect(await folder.read("begun")).toBe("half");

  await using run = await (await folder.open()).reopenRun({ run: "killed" });
  expect(await folder.read("begun")).toBe("0\n");
  expect(await folder.read("landed")).toBe("tool\n");
  const salvaged = await run.salvage();
  const kept = await Promise.all(
    salvaged.map(({ ref }) => readFile(join(ref, "edit.patch"), "utf8")),
  );
  expect(kept.some((patch) => patch.includes("+half"))).toBe(true);
  expect(await run.landedCommits()).toMatchObject([{ task: "landed", attempt: 1 }]);
  expect(await run.hasCommit(edit)).toBe(true);
  expect(await run.land(edit)).toEqual({ kind: "landed", commit: edit });
  expect(await folder.read("committed")).toBe("tool\n");
  expect(await run.land(edit)).toEqual({ kind: "landed", commit: edit });

  expect(await run.restore()).toEqual({ restored: ["committed", "landed"], changed: [] });
  expect(await folder.read("landed")).toBe("0\n");
});

test("another run takes no file that a killed one left half edited, and any other one", async () => {
  await using folder = await plainFolder(FILES);
  await killed(folder);
  const site = await folder.open();
  await using other = await site.createRun({ run: "other" });
  await expect(begun(other, ["begun"], { task: "t" })).rejects.toMatchObject({
    code: "FILE_HELD",
    message: expect.stringContaining("killed"),
  });
  await (await begun(other, ["landed"], { task: "t" })).leave(null);
  await (await site.reopenRun({ run: "killed" })).dispose();
  await (await begun(other, ["begun"], { task: "t" })).leave(null);
  expect(await folder.read("begun")).toBe("0\n");
});

test("a lock of a process that lives is waited for, and one of a process that dies is not", async () => {
  await using folder = await plainFolder(FILES);
  const { child } = await untilReady(folder);
  await using other = await (await folder.open()).createRun({ run: "other" });
  const waiting = begun(other, ["new/file"], { task: "t" });
  expect(await waits(waiting)).toBe(true);
  child.kill("SIGKILL");
  await expect(waiting).rejects.toMatchObject({ code: "FILE_HELD" });
});

test("a last line that was cut short is as if it had not been, and a damaged one is told", async () => {
  await using folder = await plainFolder(FILES);
  await killed(folder);
  const site = await folder.open();
  const names = await readdir(folder.state, { recursive: true });
  const file = join(folder.state, names.find((name) => name.endsWith("record.jsonl")) ?? "");
  const whole = await readFile(file);
  await appendFile(file, '12345678 {"type":"begun","task":"t"');
  await (await site.reopenRun({ run: "killed" })).dispose();
  expect(await folder.read("begun")).toBe("0\n");

  const damaged = Buffer.from(whole);
  const at = damaged.indexOf("landed");
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  await writeFile(file, damaged);
  await expect(site.reopenRun({ run: "killed" })).rejects.toMatchObject({ code: "STATE_FAILED" });
});

import { execFile } from "node:child_process";
import { chmod, mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createJournal, LocalRunStore, openJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { describe, expect, test } from "vitest";
import { RECORD, told } from "../integrity/sample-history.ts";
import { edited, sampleTasks } from "../sample-steps.ts";

const SITE = { commonDir: "/r/.git" };
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const canMount = process.platform === "linux" && isRoot;

/** A file system of its own, that a test may fill or make read-only. */
async function mounted(path: string, size: string) {
  await mkdir(path, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
  return {
    path,
    /** Leaves so many bytes free. */
    async fill(free = 0) {
      const { bavail, bsize } = await statfs(path);
      const filler = Buffer.alloc(bavail * bsize - free, 1);
      await writeFile(join(path, "filler"), filler).catch(() => {});
    },
    readOnly: () => run("mount", ["-o", "remount,ro", path]),
    writable: () => run("mount", ["-o", "remount,rw", path]),
    async [Symbol.asyncDispose]() {
      await run("umount", ["--lazy", path]);
    },
  };
}

// Only as root on Linux can a small disk be mounted.
describe.runIf(canMount)("a disk of its own", () => {
  test("when it is full nothing is half written, and all goes on when there is space again", async () => {
    await using folder = await temporaryFolder();
    await using disk = await mounted(join(folder.path, "small"), "2m");
    const path = join(disk.path, "journal.sqlite");
    let journal = createJournal(path);
    const tasks = sampleTasks(20);
    await journal.plan(tasks);
    await disk.fill();
    const large = edited("x".repeat(100_000));
    const [task] = tasks;
    if (task === undefined) throw new Error("There are tasks.");
    const token = await journal.open(task.id).catch(() => 0);
    let before = told(journal);
    const full = {
      code: "STORE_FAILED",
      message: expect.stringContaining("The disk is full"),
      cause: expect.any(Error),
    };
    const committed = { type: "attempt.committed", task: task.id, result: large } as const;
    if (token > 0) {
      await expect(journal.record({ ...committed, token })).rejects.toMatchObject(full);
    }
    await rm(join(disk.path, "filler"));
    // Some of them would find their place.
    await disk.fill(400_000);
    await expect(journal.plan(sampleTasks(5_000))).rejects.toMatchObject(full);
    expect(told(journal)).toEqual(before);
    expect(journal.size).toBe(20);

    await rm(join(disk.path, "filler"));
    await journal.record({ ...committed, token: token || (await journal.open(task.id)) });
    before = told(journal);
    await journal.close();
    const opened = openJournal(path);
    journal = opened.journal;
    expect(opened.damage).toBeNull();
    expect(told(journal)).toEqual(before);
    await journal.close();
  });

  test("a run is not begun where it could not be kept, and nothing is left of it", async () => {
    await using folder = await temporaryFolder();
    await using disk = await mounted(join(folder.path, "small"), "1m");
    await disk.fill();
    const store = new LocalRunStore({ folder: disk.path });
    await expect(store.create(SITE, RECORD)).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("disk is full"),
    });
    await rm(join(disk.path, "filler"));
    expect(await store.list(SITE)).toEqual([]);
    await using run = await store.create(SITE, RECORD);
    expect(run.journal.size).toBe(0);
  });

  test("a run on a read-only one is not gone on with, is not taken for damaged, and can be read", async () => {
    await using folder = await temporaryFolder();
    await using disk = await mounted(join(folder.path, "small"), "4m");
    const store = new LocalRunStore({ folder: disk.path });
    {
      await using run = await store.create(SITE, RECORD);
      await run.journal.plan(sampleTasks(3));
    }
    await disk.readOnly();
    await expect(store.open(SITE, "last")).rejects.toMatchObject({ code: "STORE_FAILED" });
    await expect(store.create(SITE, { ...RECORD, run: "r2" })).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("CLUSTER_STATE"),
    });
    {
      using reader = await store.read(SITE, "last");
      expect(reader).toMatchObject({ size: 3, owner: null, record: RECORD });
    }
    await disk.writable();
    await using run = await store.open(SITE, "last");
    expect(run.damage).toBeNull();
  });
});

test.runIf(!isRoot)("a folder that may not be written to is named", async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o500);
  const store = new LocalRunStore({ folder: folder.path });
  await expect(store.create(SITE, RECORD)).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringContaining(folder.path),
  });
});

test("a clock that is set back changes no order: neither of what happened, nor of outcomes", async () => {
  await using folder = await temporaryFolder();
  let now = 2_000_000_000_000;
  const store = new LocalRunStore({ folder: folder.path, now: () => now });
  const tasks = sampleTasks(2);
  const [task] = tasks;
  if (task === undefined) throw new Error("There are tasks.");
  {
    await using run = await store.create(SITE, { ...RECORD, createdAt: now });
    await run.journal.plan(tasks);
    await run.journal.open(task.id);
  }
  now = 1_000_000_000_000;
  await using run = await store.open(SITE, "last");
  expect(run.damage).toBeNull();
  expect(await run.journal.open(task.id)).toBe(2);
  await run.journal.mark({ type: "run.resumed", base: "b" });
  expect(run.journal.attempts(task.id).map(({ token }) => token)).toEqual([1, 2]);
  expect(run.journal.marks().map(({ type }) => type)).toEqual(["run.begun", "run.resumed"]);
  expect(run.journal.unfinished().map((entry) => entry.token)).toEqual([2, 0]);
});

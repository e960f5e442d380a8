import { chmod, mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SampleRepository, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { gitEnvironment } from "../../src/git/environment.ts";
import { Git } from "../../src/git/git.ts";
import { runGitHere } from "../../src/git/run-git.ts";
import { LooseObjects } from "../../src/loose/loose-objects.ts";
import { readLooseSettings } from "../../src/loose/loose-settings.ts";
import { type NewObject, objectId } from "../../src/tree/tree-object.ts";

const environment = gitEnvironment(process.env);

function gitIn(cwd: string): Git {
  return new Git({ cwd, environment, lockTimeoutMs: 0, runGit: runGitHere });
}

function looseIn(path: string): LooseObjects {
  return new LooseObjects(join(path, ".git/objects"), gitIn(path));
}

/** A commit whose message makes it unlike any other. */
async function newCommit(sample: SampleRepository, message: string): Promise<NewObject> {
  const content = Buffer.from(
    (await sample.git("cat-file", "commit", "HEAD")).replace(/\n\n.*/s, `\n\n${message}`),
  );
  return { id: objectId("sha1", "commit", content), type: "commit", content };
}

async function fileOf(sample: SampleRepository, id: string): Promise<string> {
  return join(sample.path, ".git/objects", id.slice(0, 2), id.slice(2));
}

test("git reads what was written, and would have given it the same file", async () => {
  await using sample = await sampleRepository();
  const loose = looseIn(sample.path);
  // The second is larger than what is packed in the main thread.
  for (const message of ["small\n", `${"large ".repeat(20_000)}\n`]) {
    const object = await newCommit(sample, message);
    await loose.write(object);
    const file = await fileOf(sample, object.id);
    const { mode } = await stat(file);
    const read = await sample.git("cat-file", "commit", object.id);
    expect(read.trimEnd() === object.content.toString().trimEnd()).toBe(true);
    await rm(file);
    const { stdout } = await execa("git", ["hash-object", "-w", "-t", "commit", "--stdin"], {
      cwd: sample.path,
      input: object.content,
    });
    expect(stdout).toBe(object.id);
    expect((await stat(file)).mode).toBe(mode);
  }
  await sample.git("fsck", "--strict");
});

test("an object is in a file of its own, whatever there was of it", async () => {
  await using sample = await sampleRepository();
  const loose = looseIn(sample.path);
  const object = await newCommit(sample, "x\n");
  const file = await fileOf(sample, object.id);
  const there = (): Promise<string> => sample.git("cat-file", "-t", object.id);
  expect(await loose.freshen(object.id)).toBe(false);
  await loose.write(object);
  // In a pack, which goes.
  await sample.git("branch", "keep", object.id);
  await sample.git("repack", "-a", "-d", "--quiet");
  expect(await loose.freshen(object.id)).toBe(false);
  await loose.write(object);
  await sample.git("branch", "--quiet", "-D", "keep");
  await sample.git("repack", "-a", "-d", "--quiet");
  expect(await there()).toBe("commit");
  // Old enough to be collected.
  await utimes(file, 1, 1);
  await loose.write(object);
  await sample.git("prune", "--expire=1.hour.ago");
  expect(await there()).toBe("commit");
  // Without content, as a crash of the system may leave it.
  await chmod(file, 0o644);
  await writeFile(file, "");
  await loose.write(object);
  expect(await there()).toBe("commit");
  expect((await readdir(join(file, ".."))).filter((name) => name.startsWith("tmp_"))).toEqual([]);
});

test("folders that others remove at the same time are made again", async () => {
  await using sample = await sampleRepository();
  const loose = looseIn(sample.path);
  const objects = await Promise.all(
    Array.from({ length: 40 }, (_, number) => newCommit(sample, `${number}\n`)),
  );
  let writing = true;
  const collecting = (async () => {
    while (writing) await sample.git("prune-packed", "--quiet");
  })();
  await Promise.all([...objects, ...objects].map((object) => loose.write(object)));
  writing = false;
  await collecting;
  for (const { id } of objects) expect(await sample.git("cat-file", "-t", id)).toBe("commit");
});

test("what cannot be written is told, and leaves nothing", async () => {
  await using sample = await sampleRepository();
  const object = await newCommit(sample, "x\n");
  const folder = join(sample.path, ".git/objects", object.id.slice(0, 2));
  await rm(folder, { recursive: true, force: true });
  // A folder in the place of the object's file: the last step fails.
  await mkdir(await fileOf(sample, object.id), { recursive: true });
  await expect(looseIn(sample.path).write(object)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(await readdir(folder)).toEqual([object.id.slice(2)]);
  await rm(folder, { recursive: true });
  const objects = join(sample.path, ".git/objects");
  await rename(objects, `${objects}.away`);
  await expect(looseIn(sample.path).write(object)).rejects.toThrow("ENOENT");
});

test.each<readonly [string, string | null, unknown]>([
  ["nothing", null, { level: 1, sync: false }],
  ["core.fsync", "committed", { level: 1, sync: true }],
  ["core.fsync", "none", { level: 1, sync: false }],
  ["core.fsyncObjectFiles", "true", { level: 1, sync: true }],
  ["core.compression", "9", { level: 9, sync: false }],
  ["core.looseCompression", "0", { level: 0, sync: false }],
  ["core.compression", "much", null],
  ["core.sharedRepository", "group", null],
  ["core.sharedRepository", "0640", null],
  ["core.sharedRepository", "umask", { level: 1, sync: false }],
  ["extensions.unheardOf", "true", null],
  ["extensions.worktreeConfig", "true", { level: 1, sync: false }],
])("with %s of %s", async (name, value, expected) => {
  await using folder = await temporaryFolder();
  await execa("git", ["init", "--quiet"], { cwd: folder.path });
  const more = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: name, GIT_CONFIG_VALUE_0: value ?? "" };
  const git = gitIn(folder.path).with({
    environment: { ...environment, ...(value === null ? { GIT_CONFIG_COUNT: "0" } : more) },
  });
  expect(await readLooseSettings(git)).toEqual(expected);
});

test("what is to be on the disk is written like everything else", async () => {
  await using sample = await sampleRepository();
  await sample.git("config", "core.fsync", "all");
  const object = await newCommit(sample, "x\n");
  await looseIn(sample.path).write(object);
  expect(await sample.git("cat-file", "-t", object.id)).toBe("commit");
});

import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edit, type Setting, setting } from "../setting.ts";

const FILES = { "a.md": "a\n", "b.md": "b\n" };

/**
 * A `git` that kills itself the first time that it is asked for `command`: before it did anything, when
 * all is done, or after `half` of it, as a line of shell.
 */
async function doomedGit(folder: string, command: string, when: string): Promise<string> {
  const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const done = when === "after" ? `'${git}' "$@" > /dev/null 2>&1` : when === "before" ? ":" : when;
  const bin = join(folder, "bin");
  await mkdir(bin);
  const script = `#!/bin/sh
case " $* " in *" ${command} "*)
  if mkdir '${folder}/armed' 2> /dev/null; then ${done}; kill -9 $$; fi;;
esac
exec '${git}' "$@"
`;
  await writeFile(join(bin, "git"), script, { mode: 0o755 });
  // Not before it is wanted: the repository is made first.
  await mkdir(join(folder, "armed"));
  return bin;
}

interface Doomed extends Setting {
  readonly folder: TemporaryFolder;
}

async function doomed(command: string, when: string): Promise<Doomed> {
  const folder = await temporaryFolder();
  const bin = await doomedGit(folder.path, command, when);
  const at = await setting({
    files: FILES,
    environment: { PATH: `${bin}:${process.env.PATH}` },
  });
  execFileSync("rmdir", [join(folder.path, "armed")]);
  const dispose = async (): Promise<void> => {
    await at[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  return { ...at, folder, [Symbol.asyncDispose]: dispose };
}

const LOCKED_INDEX = ': > "$GIT_DIR/index.lock"';

test.each([
  ["rev-parse", "before"],
  ["worktree add", "before"],
  ["worktree add", "after"],
  ["worktree add", "mkdir -p .git/worktrees/0; printf initializing > .git/worktrees/0/locked"],
  ["checkout", LOCKED_INDEX],
  ["clean", "before"],
  ["add", LOCKED_INDEX],
  ["write-tree", "before"],
  ["commit-tree", "before"],
  ["merge-tree", "before"],
  ["update-ref", "before"],
  ["update-ref", "after"],
  ["update-ref", "mkdir -p .git/refs/heads/cluster; : > .git/refs/heads/cluster/r1.lock"],
  ["worktree remove", "before"],
  ["worktree remove", "after"],
  ["worktree remove", "rm .git/worktrees/0/gitdir"],
])(
  "a git that is killed at `%s` (%s) costs no edit, and lands none twice",
  async (command, when) => {
    await using at = await doomed(command, when);
    const repository = await at.open();
    const run = await repository.createRun({ run: "r1" });
    const [zero, one] = [await run.openWorkspace(0), await run.openWorkspace(1)];
    const commits = [await edit(zero, "a.md", "one"), await edit(one, "b.md", "two")];
    for (const commit of commits) expect((await run.land(commit)).kind).toBe("landed");
    expect(await run.deliver()).toMatchObject({ kind: "merged" });
    await run.dispose();
    expect(await at.sample.git("log", "--format=%s", "main")).toBe(
      "Add two to b.md\nAdd one to a.md\nBegin",
    );
    expect(await at.sample.git("status", "--porcelain")).toBe("");
    expect(await readdir(at.worktrees)).toEqual([]);
    const left = await readdir(join(at.sample.path, ".git"), { recursive: true });
    expect(left.filter((name) => /\.lock$|^worktrees\/|cluster\/r1$/.test(name))).toEqual([]);
  },
);

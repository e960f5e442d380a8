import { existsSync } from "node:fs";
import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isolatedGitEnvironment, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { openRepository } from "../../src/index.ts";
import { setting } from "../setting.ts";

const environment = isolatedGitEnvironment();

async function git(cwd: string, ...args: readonly string[]): Promise<void> {
  await execa("git", args, { cwd, env: environment, extendEnv: false });
}

describe("what can be opened", () => {
  test("a folder below the root opens the whole repository", async () => {
    await using at = await setting();
    const repository = await openRepository(join(at.sample.path, "docs"), {
      environment,
      directory: at.worktrees,
    });
    expect(repository.root).toBe(at.sample.path);
    expect(repository.gitDir).toBe(join(at.sample.path, ".git"));
    expect(repository.commonDir).toBe(repository.gitDir);
    expect(repository.objectFormat).toBe("sha1");
    expect(await repository.head()).toEqual({
      branch: "main",
      commit: await at.sample.git("rev-parse", "HEAD"),
    });
  });

  test("a linked worktree of the user's is a repository of its own checkout", async () => {
    await using at = await setting();
    const linked = join(at.worktrees, "user's own");
    await at.sample.git("worktree", "add", "-q", "-b", "side", linked);
    const repository = await openRepository(linked, { environment, directory: at.worktrees });
    expect(repository.root).toBe(linked);
    expect(repository.commonDir).toBe(join(at.sample.path, ".git"));
    expect((await repository.head()).branch).toBe("side");
  });

  test("a root whose name has a space, a quote and a newline", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'odd "root"\nname');
    await mkdir(root);
    await git(root, "init", "-q");
    await git(root, "commit", "-q", "--allow-empty", "-m", "Begin");
    const repository = await openRepository(root, {
      environment,
      directory: join(folder.path, "worktrees"),
    });
    expect(repository.root).toBe(root);
    await using run = await repository.createRun({ run: "r1" });
    expect((await run.openWorkspace(0)).path).toContain("worktrees");
  });

  test("variables that point git elsewhere are not followed", async () => {
    await using other = await sampleRepository();
    await using at = await setting({
      environment: {
        GIT_DIR: join(other.path, ".git"),
        GIT_WORK_TREE: other.path,
        GIT_INDEX_FILE: join(other.path, "nothing"),
      },
    });
    expect(at.repository.root).toBe(at.sample.path);
    expect((await at.repository.head()).commit).toBe(await at.sample.git("rev-parse", "HEAD"));
  });
});

test("opening makes no folder: the first workspace does", async () => {
  await using sample = await sampleRepository();
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "not/yet/there");
  const repository = await openRepository(sample.path, { environment, directory });
  expect(existsSync(join(folder.path, "not"))).toBe(false);
  await using run = await repository.createRun({ run: "r1" });
  expect((await run.openWorkspace(0)).path.startsWith(directory)).toBe(true);
});

describe("what cannot be opened says why", () => {
  test("no git on the PATH", async () => {
    await using sample = await sampleRepository();
    await expect(
      openRepository(sample.path, { environment: { PATH: "/nowhere" } }),
    ).rejects.toMatchObject({ code: "GIT_MISSING" });
  });

  test.for(["2.37.9", "1.9"])("git %s", async (version) => {
    await using sample = await sampleRepository();
    await using folder = await temporaryFolder();
    const fake = join(folder.path, "git");
    await writeFile(fake, `#!/bin/sh\necho "git version ${version} (Fake Git-1)"\n`);
    await chmod(fake, 0o755);
    const PATH = `${folder.path}:${process.env.PATH}`;
    const opening = openRepository(sample.path, { environment: { ...environment, PATH } });
    await expect(opening).rejects.toMatchObject({
      code: "GIT_TOO_OLD",
      message: expect.stringContaining(version),
    });
  });

  test("a folder in no repository", async () => {
    await using folder = await temporaryFolder();
    await expect(openRepository(folder.path, { environment })).rejects.toMatchObject({
      code: "NOT_A_REPOSITORY",
      message: expect.stringContaining(folder.path),
    });
  });

  test("a folder that is not there, a file, and the inside of .git", async () => {
    await using sample = await sampleRepository();
    for (const path of ["nothing", "docs/page-001.md", ".git"]) {
      await expect(openRepository(join(sample.path, path), { environment })).rejects.toMatchObject({
        code: "NOT_A_REPOSITORY",
      });
    }
  });

  test("a bare repository", async () => {
    await using folder = await temporaryFolder();
    await git(folder.path, "init", "-q", "--bare");
    await expect(openRepository(folder.path, { environment })).rejects.toMatchObject({
      code: "BARE_REPOSITORY",
    });
  });

  test("a repository without a commit", async () => {
    await using sample = await sampleRepository({ files: {} });
    await expect(openRepository(sample.path, { environment })).rejects.toMatchObject({
      code: "NO_COMMITS",
    });
  });

  test.runIf(process.getuid?.() === 0)("a repository of somebody else", async () => {
    await using sample = await sampleRepository();
    await chown(sample.path, 12_345, 12_345);
    await chown(join(sample.path, ".git"), 12_345, 12_345);
    await expect(openRepository(sample.path, { environment })).rejects.toMatchObject({
      code: "NOT_TRUSTED",
      message: expect.stringContaining("safe.directory"),
    });
  });

  test("worktrees inside the repository's own tree", async () => {
    await using sample = await sampleRepository();
    for (const directory of [sample.path, join(sample.path, "cache/worktrees")]) {
      await expect(openRepository(sample.path, { environment, directory })).rejects.toMatchObject({
        code: "OPTION_INVALID",
      });
    }
    expect(await sample.git("status", "--porcelain")).toBe("");
  });

  test("worktrees over a link into the repository's own tree", async () => {
    await using sample = await sampleRepository();
    await using folder = await temporaryFolder();
    await symlink(sample.path, join(folder.path, "link"));
    const directory = join(folder.path, "link/not/yet/there");
    await expect(openRepository(sample.path, { environment, directory })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  });

  test("a lockTimeoutMs that is no time", async () => {
    await using sample = await sampleRepository();
    for (const lockTimeoutMs of [-1, Number.NaN]) {
      await expect(
        openRepository(sample.path, { environment, lockTimeoutMs }),
      ).rejects.toMatchObject({ code: "OPTION_INVALID" });
    }
  });

  test("an aborted signal rejects with its own reason", async () => {
    await using sample = await sampleRepository();
    const reason = new Error("enough");
    await expect(
      openRepository(sample.path, { environment, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});

test("worktrees go to the user's cache folder unless told otherwise", async () => {
  await using sample = await sampleRepository();
  await using cache = await temporaryFolder();
  const program = `
    import { openRepository } from "@cluster/workspace";
    const repository = await openRepository(process.argv[1]);
    await using run = await repository.createRun({ run: "r1" });
    console.log((await run.openWorkspace(3)).path);`;
  const { stdout } = await execa(
    process.execPath,
    ["--conditions=@cluster/source", "--input-type=module-typescript", "-e", program, sample.path],
    {
      cwd: import.meta.dirname,
      env: { ...environment, XDG_CACHE_HOME: cache.path, HOME: cache.path },
    },
  );
  const below = process.platform === "darwin" ? "Library/Caches/cluster" : "cluster";
  expect(stdout).toMatch(new RegExp(`^${join(cache.path, below)}/worktrees/[0-9a-f]{12}/r1/3$`));
});

import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installAider } from "@cluster/adapter-aider";
import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";

const mainJob = fileURLToPath(new URL("../src/main-job/main.ts", import.meta.url));

beforeAll(async () => {
  if (process.env.CLUSTER_AIDER === undefined) await installAider();
});

async function runMainJob(env: Readonly<Record<string, string | undefined>> = {}) {
  const { stdout, stderr } = await execa(
    process.execPath,
    ["--conditions=@cluster/source", mainJob],
    {
      env,
    },
  );
  const repository = /^Sample repository: (\S+)/m.exec(stderr)?.[1] ?? "";
  const git = (...args: string[]) => execa("git", args, { cwd: repository }).then((r) => r.stdout);
  return { stdout, stderr, repository, git };
}

test("npm start lands one edit in each of 24 files with five real aiders, and says where", async () => {
  const { stdout, stderr, repository, git } = await runMainJob();
  try {
    expect(stderr).toMatch(/Tool: aider 0\.86\.2/);
    expect(stderr).toMatch(/Model: a stand-in on loopback/);
    expect(stdout).toMatch(/landed\s+24/);
    expect(stdout).toMatch(/^ {2}git .*\blog\b/m);
    const edited = await git("grep", "-l", "DOC_ID", "main", "--", "docs");
    expect(edited.split("\n")).toHaveLength(24);
    expect(await git("status", "--porcelain")).toBe("");
    expect((await git("worktree", "list", "--porcelain")).match(/^worktree /gm)).toHaveLength(1);
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}, 240_000);

test("npm start without a Python says what is missing and does the same job with the sample agent", async () => {
  await using folder = await temporaryFolder();
  const bin = join(folder.path, "bin");
  await mkdir(bin);
  for (const name of ["git", "sh"]) {
    const { stdout } = await execa("sh", ["-c", 'command -v "$1"', "sh", name]);
    await symlink(stdout, join(bin, name));
  }
  const { stdout, stderr, repository } = await runMainJob({
    PATH: bin,
    HOME: folder.path,
    XDG_CACHE_HOME: join(folder.path, "cache"),
    PYENV_ROOT: undefined,
    CLUSTER_AIDER: undefined,
  });
  try {
    expect(stderr).toMatch(/Python/);
    expect(stderr).toMatch(/sample agent/);
    expect(stdout).toMatch(/landed\s+24/);
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}, 120_000);

test("npm start knows one flag, and names it to whoever gives another", async () => {
  const { exitCode, stderr } = await execa(
    process.execPath,
    ["--conditions=@cluster/source", mainJob, "--reel"],
    { reject: false },
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain("npm start -- --real");
});

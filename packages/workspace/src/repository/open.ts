import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { gitEnvironment } from "../git/environment.ts";
import { Git } from "../git/git.ts";
import { identityVariables, readIdentities, wantsSignature } from "../git/identity.ts";
import { runGitHere } from "../git/run-git.ts";
import { requireGit } from "../git/version.ts";
import { checkLockTimeout, type OpenRepositoryOptions, worktreesDirectory } from "./options.ts";
import { Repository } from "./repository.ts";

/**
 * Opens the git repository that a folder is in. Nothing is written to it.
 * @param path the root of the work tree, or a folder below it
 * @throws {WorkspaceError} GIT_MISSING, GIT_TOO_OLD, NOT_A_REPOSITORY, NOT_TRUSTED, BARE_REPOSITORY,
 *   NO_COMMITS, OPTION_INVALID
 */
export async function openRepository(
  path: string,
  options: OpenRepositoryOptions = {},
): Promise<Repository> {
  const { signal } = options;
  const lockTimeoutMs = checkLockTimeout(options.lockTimeoutMs);
  const folder = resolve(path);
  await requireFolder(folder);
  const environment = gitEnvironment(options.environment ?? process.env);
  const git = new Git({ cwd: folder, environment, lockTimeoutMs, runGit: runGitHere });

  await requireGit(git, signal);
  const root = await readRoot(git, folder, signal);
  const atRoot = git.with({ cwd: root });
  const ask = (...args: readonly string[]): Promise<string> =>
    atRoot.line(["rev-parse", ...args], { signal });
  const [gitDir, commonDir, objectFormat, identities, sign] = await Promise.all([
    ask("--absolute-git-dir"),
    ask("--path-format=absolute", "--git-common-dir"),
    ask("--show-object-format"),
    readIdentities(atRoot, signal),
    wantsSignature(atRoot, signal),
    requireCommit(atRoot, signal),
  ]);
  const worktrees = await worktreesDirectory(options.directory, root);
  const hash = createHash("sha256").update(commonDir).digest("hex").slice(0, 12);
  return new Repository({
    root,
    gitDir,
    commonDir,
    objectFormat: objectFormat === "sha256" ? "sha256" : "sha1",
    identities,
    sign,
    worktrees: join(worktrees, hash),
    git: atRoot.with({ environment: { ...environment, ...identityVariables(identities) } }),
  });
}

async function requireFolder(folder: string): Promise<void> {
  const entry = await stat(folder).catch(() => undefined);
  if (entry?.isDirectory()) return;
  const found = entry === undefined ? "nothing" : "a file";
  throw new WorkspaceError(
    "NOT_A_REPOSITORY",
    `Expected a folder in a git repository at ${folder}, found ${found}.`,
  );
}

async function readRoot(git: Git, folder: string, signal?: AbortSignal): Promise<string> {
  try {
    return await git.line(["rev-parse", "--show-toplevel"], { signal });
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    if (error.code === "NOT_A_REPOSITORY") {
      throw new WorkspaceError(
        error.code,
        `${folder} is in no git repository. Run \`git init\` there, and commit, or name another folder.`,
        { cause: error, stderr: error.stderr },
      );
    }
    if (error.code !== "GIT_FAILED") throw error;
    const bare = await git.line(["rev-parse", "--is-bare-repository"], { signal });
    throw new WorkspaceError(
      bare === "true" ? "BARE_REPOSITORY" : "NOT_A_REPOSITORY",
      bare === "true"
        ? `${folder} is a bare repository. Clone it and name the clone.`
        : `${folder} is not in a work tree. Name the folder that holds the files.`,
      { cause: error, stderr: error.stderr },
    );
  }
}

async function requireCommit(git: Git, signal?: AbortSignal): Promise<void> {
  const { exitCode } = await git.run(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], {
    signal,
    answers: [1, 128],
  });
  if (exitCode === 0) return;
  throw new WorkspaceError(
    "NO_COMMITS",
    "The checked-out branch has no commit yet. Commit the files first: git add . && git commit",
  );
}

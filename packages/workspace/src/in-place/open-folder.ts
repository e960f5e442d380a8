import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { WorkspaceError } from "../errors/workspace-error.ts";
import { gitEnvironment } from "../git/environment.ts";
import { Git } from "../git/git.ts";
import { runGitHere } from "../git/run-git.ts";
import { requireGit } from "../git/version.ts";
import { Folder } from "./folder.ts";

/** How to open a folder to work in place. */
export interface OpenFolderOptions {
  /** What git inherits, and where the state folder is looked for. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /**
   * The folder for locks and backups.
   * @default `in-place` in the user's state folder: `$CLUSTER_STATE`, else `$XDG_STATE_HOME/cluster`, else
   *   `~/.local/state/cluster`
   */
  readonly directory?: string;
  readonly signal?: AbortSignal;
}

/**
 * Opens a folder for runs that work in place. In a git work tree it is the root of that, and .gitignore
 * counts; git is not needed otherwise.
 * @throws {WorkspaceError} NOT_A_REPOSITORY when there is no such folder
 */
export async function openFolder(path: string, options: OpenFolderOptions = {}): Promise<Folder> {
  const environment = options.environment ?? process.env;
  const folder = await realpath(resolve(path)).catch(() => null);
  if (folder === null || !(await stat(folder)).isDirectory()) {
    const found = folder === null ? "nothing" : "a file";
    throw new WorkspaceError(
      "NOT_A_REPOSITORY",
      `Expected a folder at ${resolve(path)}, found ${found}.`,
    );
  }
  const tree = await workTreeOf(folder, environment, options.signal);
  const { root, commonDir } = tree ?? { root: folder, commonDir: folder };
  const directory = resolve(options.directory ?? join(stateFolder(environment), "in-place"));
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 12);
  const state = join(directory, `${basename(root) || "root"}-${hash}`);
  return new Folder({ root, commonDir, git: tree?.git ?? null, state });
}

interface WorkTree {
  readonly root: string;
  readonly commonDir: string;
  readonly git: Git;
}

/** The git work tree that a folder is in; `null` where it is in none, or git cannot or will not say. */
async function workTreeOf(
  folder: string,
  inherited: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal | undefined,
): Promise<WorkTree | null> {
  const environment = gitEnvironment(inherited);
  const git = new Git({ cwd: folder, environment, lockTimeoutMs: 5_000, runGit: runGitHere });
  try {
    await requireGit(git, signal);
    const ask = (...args: readonly string[]): Promise<string> =>
      git.line(["rev-parse", ...args], { signal });
    const [root, commonDir] = await Promise.all([
      ask("--show-toplevel"),
      ask("--path-format=absolute", "--git-common-dir"),
    ]);
    return { root, commonDir, git: git.with({ cwd: root }) };
  } catch (error) {
    if (error instanceof WorkspaceError) return null;
    throw error;
  }
}

function stateFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { CLUSTER_STATE, XDG_STATE_HOME } = environment;
  if (CLUSTER_STATE) return CLUSTER_STATE;
  return join(XDG_STATE_HOME || join(homedir(), ".local", "state"), "cluster");
}

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { isolatedGitEnvironment } from "./git-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What a sample repository is made of. */
export interface SampleRepositoryOptions {
  /**
   * Contents by path, or a number of pages `docs/page-001.md` and on. No files give a repository
   * without a commit. @default 3
   */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | number;
  /** Spreads numbered pages over that many folders `docs/part-01` and on. @default 0, none */
  readonly folders?: number;
  /** How the name of its folder begins. @default "cluster-test-" */
  readonly prefix?: string;
}

/** A real git repository in a folder of its own, on the branch `main`. */
export interface SampleRepository extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
  /** The paths it began with, sorted. */
  readonly files: readonly string[];
  /** Runs git in it and gives what it prints, without the last newline. Rejects when git fails. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes a file of the work tree and makes its folders. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Reads a file of the work tree. */
  read(path: string): Promise<string>;
  /** Commits everything in the work tree and gives the commit's id. */
  commit(message: string): Promise<string>;
}

/** Makes a sample repository with one commit. The user's configuration is neither read nor written. */
export async function sampleRepository(
  options: SampleRepositoryOptions = {},
): Promise<SampleRepository> {
  const { files = 3, folders = 0, prefix } = options;
  const contents = typeof files === "number" ? pages(files, folders) : files;
  const folder = await temporaryFolder(prefix);
  const { path } = folder;

  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa("git", args, {
      cwd: path,
      env: isolatedGitEnvironment(),
      extendEnv: false,
    });
    return stdout;
  };
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  };
  const commit = async (message: string): Promise<string> => {
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "--message", message);
    return git("rev-parse", "HEAD");
  };

  await git("init", "--quiet", "--initial-branch=main");
  // For programs under test that run git without our environment, on a machine without an author.
  await git("config", "user.name", "Sample Author");
  await git("config", "user.email", "author@example.invalid");
  await git("config", "commit.gpgSign", "false");
  await Promise.all(Object.entries(contents).map(([name, content]) => write(name, content)));
  if (Object.keys(contents).length > 0) await commit("Begin");

  return {
    path,
    files: Object.keys(contents).sort(),
    git,
    write,
    read: (name) => readFile(join(path, name), "utf8"),
    commit,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function pages(count: number, folders: number): Record<string, string> {
  const pages: Record<string, string> = {};
  for (let index = 1; index <= count; index++) {
    const number = String(index).padStart(3, "0");
    const part = folders > 0 ? `part-${String(((index - 1) % folders) + 1).padStart(2, "0")}/` : "";
    pages[`docs/${part}page-${number}.md`] =
      `# Page ${number}\n\nWhat page ${number} says.\n\n- first point\n- second point\n`;
  }
  return pages;
}

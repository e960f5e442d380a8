import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  isolatedGitEnvironment,
  type SampleRepository,
  type SampleRepositoryOptions,
  sampleRepository,
  temporaryFolder,
} from "@cluster/testkit";
import {
  type OpenRepositoryOptions,
  openRepository,
  type Repository,
  type RunBranch,
  type Workspace,
} from "../src/index.ts";

/** A sample repository, opened, with a folder of its own for worktrees. */
export interface Setting extends AsyncDisposable {
  readonly sample: SampleRepository;
  readonly repository: Repository;
  readonly worktrees: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Opens it once more, as another process would. */
  open(options?: OpenRepositoryOptions): Promise<Repository>;
}

export interface SettingOptions extends SampleRepositoryOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** No author in the environment: the configuration counts. */
  readonly authorless?: boolean;
  readonly lockTimeoutMs?: number;
  /** Changes the repository before it is opened. */
  readonly prepare?: (sample: SampleRepository) => Promise<unknown>;
}

function authorlessEnvironment(): Record<string, string> {
  const kept = Object.entries(isolatedGitEnvironment()).filter(
    ([name]) => !/^GIT_(AUTHOR|COMMITTER)_|^EMAIL$/.test(name),
  );
  return Object.fromEntries(kept);
}

export async function setting(options: SettingOptions = {}): Promise<Setting> {
  const { prepare, environment, authorless, lockTimeoutMs, ...of } = options;
  const sample = await sampleRepository(of);
  const folder = await temporaryFolder();
  await prepare?.(sample);
  const inherited = authorless ? authorlessEnvironment() : isolatedGitEnvironment();
  const all = { ...inherited, ...environment };
  const open = (more: OpenRepositoryOptions = {}): Promise<Repository> =>
    openRepository(sample.path, {
      environment: all,
      directory: folder.path,
      ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
      ...more,
    });
  return {
    sample,
    repository: await open(),
    worktrees: folder.path,
    environment: all,
    open,
    async [Symbol.asyncDispose]() {
      await Promise.all([sample[Symbol.asyncDispose](), folder[Symbol.asyncDispose]()]);
    },
  };
}

/** A setting with a run and one workspace. */
export interface WorkSetting extends Setting {
  readonly run: RunBranch;
  readonly workspace: Workspace;
}

export async function workSetting(options: SettingOptions = {}): Promise<WorkSetting> {
  const base = await setting(options);
  const run = await base.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  return {
    ...base,
    run,
    workspace,
    async [Symbol.asyncDispose]() {
      await run.dispose();
      await base[Symbol.asyncDispose]();
    },
  };
}

/** Writes a file of a workspace, as a tool would. */
export async function write(
  workspace: { readonly path: string },
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const file = join(workspace.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Reads a file of a workspace. */
export function read(workspace: { readonly path: string }, path: string): Promise<string> {
  return readFile(join(workspace.path, path), "utf8");
}

/** Appends a line to a file of a workspace, commits it there and gives the commit. */
export async function edit(workspace: Workspace, path: string, line: string): Promise<string> {
  await appendFile(join(workspace.path, path), `${line}\n`);
  const commit = await workspace.commit({ paths: [path], message: `Add ${line} to ${path}` });
  if (commit === null) throw new Error("Expected a change");
  return commit;
}

import { type Git, text } from "../git/git.ts";
import { readCommits } from "./run-commits.ts";
import type { RunContext } from "./run-context.ts";

/** A commit that landed, and for which attempt at which task. */
export interface LandedCommit {
  readonly task: string;
  readonly attempt: number;
  readonly commit: string;
}

const TRAILER = /^(Cluster-[A-Za-z]+): (.*)$/;

/** Which landed commits are wanted. */
export interface LandedCommitsOptions {
  /**
   * Only those that landed after this one, for whoever knows of it and of all before: a branch of 100,000
   * commits takes half a second of CPU to read. Where the branch does not have it, all.
   * @default the run's base
   */
  readonly after?: string;
  /** So many of the newest commits at most. @default all */
  readonly newest?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the trailers say of the commits between the run's base and `tip`, in the order of landing. */
export async function landedCommits(
  { parts, base, run }: RunContext,
  tip: string,
  { after = base, newest, signal }: LandedCommitsOptions = {},
): Promise<readonly LandedCommit[]> {
  if (tip === base) return [];
  const from = after === base || (await isOnBranch(parts.git, after, tip)) ? after : base;
  const commits = await readCommits(parts.git, `${from}..${tip}`, signal, newest);
  return commits.flatMap(({ id, message }) => {
    const found = attemptOf(message.split("\n"), run);
    return found === null ? [] : [{ ...found, commit: id }];
  });
}

async function isOnBranch(git: Git, commit: string, tip: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", "--", commit, tip];
  return (await git.run(args, { answers: [1, 128] })).exitCode === 0;
}

/** Whether a commit is there, and its tree is. */
export async function hasCommit(git: Git, id: string, signal?: AbortSignal): Promise<boolean> {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return false;
  const call = { signal, input: `${id}\n${id}^{tree}\n`, answers: [128] };
  const { stdout } = await git.run(["cat-file", "--batch-check=%(objecttype)"], call);
  return stdout === "commit\ntree\n";
}

/** The task and attempt that a commit of the run was made for. */
export async function readAttempt(
  git: Git,
  commit: string,
  run: string,
): Promise<Omit<LandedCommit, "commit"> | null> {
  const { stdout } = await git.run(["cat-file", "commit", commit]);
  return attemptOf(text(stdout.slice(stdout.indexOf("\n\n") + 2)).split("\n"), run);
}

/** Ours are the last of their kind, whatever the message says before them. */
function attemptOf(message: readonly string[], run: string): Omit<LandedCommit, "commit"> | null {
  const values = new Map<string, string>();
  for (const line of message.toReversed()) {
    if (line === "" && values.size === 0) continue;
    const [, key, value] = TRAILER.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      if (/^[A-Za-z0-9][A-Za-z0-9-]*[ \t]*:|^[ \t]/.test(line)) continue;
      break;
    }
    if (!values.has(key)) values.set(key, value);
  }
  const task = values.get("Cluster-Task");
  const attempt = Number(values.get("Cluster-Attempt") ?? Number.NaN);
  if (values.get("Cluster-Run") !== run || task === undefined || Number.isNaN(attempt)) return null;
  return { task, attempt };
}

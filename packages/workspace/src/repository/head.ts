import { type Git, text } from "../git/git.ts";

/** Where HEAD is. */
export interface Head {
  readonly commit: string;
  /** The branch's short name; `null` when HEAD is detached. */
  readonly branch: string | null;
}

/** Where HEAD of a work tree is. */
export async function readHead(git: Git, signal?: AbortSignal): Promise<Head> {
  const [commit, branch] = await Promise.all([
    git.line(["rev-parse", "--verify", "HEAD^{commit}"], { signal }),
    readBranch(git, signal),
  ]);
  return { commit, branch };
}

/** The short name of the branch that is checked out, `null` for none. */
export async function readBranch(git: Git, signal?: AbortSignal): Promise<string | null> {
  const args = ["symbolic-ref", "--quiet", "HEAD"];
  const { stdout } = await git.run(args, { signal, answers: [1] });
  const ref = text(stdout).replace(/\n$/, "");
  return ref === "" ? null : ref.replace(/^refs\/heads\//, "");
}

import { WorkspaceError } from "../errors/workspace-error.ts";
import type { Identity } from "./environment.ts";
import type { Git } from "./git.ts";

/** Who commits when nobody is configured: named so that everybody sees what it is. */
const NOBODY: Identity = { name: "cluster", email: "cluster@localhost" };

/** Whom git names in a commit. */
export interface Identities {
  readonly author: Identity;
  readonly committer: Identity;
}

/** The user as git knows them, never one that git made up from the machine's name. */
export async function readIdentities(git: Git, signal?: AbortSignal): Promise<Identities> {
  const [author, committer] = await Promise.all([
    read(git, "GIT_AUTHOR_IDENT", signal),
    read(git, "GIT_COMMITTER_IDENT", signal),
  ]);
  return {
    author: author ?? committer ?? NOBODY,
    committer: committer ?? author ?? NOBODY,
  };
}

/** Names author and committer to git, so that every worktree and every command agrees on them. */
export function identityVariables({ author, committer }: Identities): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
}

/** Whether the user's configuration wants commits signed. */
export async function wantsSignature(git: Git, signal?: AbortSignal): Promise<boolean> {
  const args = ["config", "--type=bool", "--get", "commit.gpgSign"];
  const { stdout } = await git.run(args, { signal, answers: [1] });
  return stdout.trim() === "true";
}

async function read(
  git: Git,
  variable: string,
  signal: AbortSignal | undefined,
): Promise<Identity | undefined> {
  try {
    const line = await git.line(["-c", "user.useConfigOnly=true", "var", variable], { signal });
    const [, name, email] = /^(.*) <(.*)> \d+ [+-]\d+$/s.exec(line) ?? [];
    return name === undefined || email === undefined ? undefined : { name, email };
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "GIT_FAILED") return undefined;
    throw error;
  }
}

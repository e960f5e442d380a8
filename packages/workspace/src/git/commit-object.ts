import { WorkspaceError } from "../errors/workspace-error.ts";
import { type Git, text } from "./git.ts";

/** A commit, to be made or as it was read. */
export interface CommitObject {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string | Uint8Array;
  /** Absent: the user, now. */
  readonly author?: CommitAuthor;
}

/** An author with the moment of the work. */
export interface CommitAuthor {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch and the zone, as `1700000000 +0100`. Absent: now. */
  readonly date?: string;
}

/** Makes a commit that no ref points to yet, and gives its id. */
export async function makeCommit(
  git: Git,
  commit: CommitObject,
  options: { readonly sign: boolean; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { tree, parents, message, author } = commit;
  const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
  if (options.sign) args.push("-S");
  try {
    return await git.line(args, {
      input: message,
      signal: options.signal,
      environment: author === undefined ? {} : authorVariables(author),
    });
  } catch (error) {
    // The signer speaks in words of its own.
    const signing = options.sign && error instanceof WorkspaceError && error.code === "GIT_FAILED";
    throw signing ? signingFailed(error) : error;
  }
}

function signingFailed(cause: WorkspaceError): WorkspaceError {
  const { stderr } = cause;
  return new WorkspaceError(
    "SIGNING_FAILED",
    `Your configuration asks for signed commits (commit.gpgSign), and signing failed: ${stderr}`,
    { cause, stderr },
  );
}

/** Reads a commit's parents, author and message. */
export async function readCommit(
  git: Git,
  id: string,
  signal?: AbortSignal,
): Promise<CommitObject> {
  const { stdout } = await git.run(["cat-file", "commit", id], { signal });
  return parseCommit(stdout);
}

/** Reads a commit out of its object, whose bytes are given as latin1. */
export function parseCommit(content: string): CommitObject {
  const end = content.indexOf("\n\n");
  const headers = content.slice(0, end).split("\n");
  const values = (name: string): string[] =>
    headers
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
  const [, name = "", email = "", date = ""] =
    /^(.*) <(.*)> (\d+ [+-]\d+)$/.exec(text(values("author")[0] ?? "")) ?? [];
  return {
    tree: values("tree")[0] ?? "",
    parents: values("parent"),
    message: Buffer.from(content.slice(end + 2), "latin1"),
    author: { name, email, date },
  };
}

/** A moment as git writes it in a commit, in the zone of this machine. */
export function gitDate(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const sign = minutes < 0 ? "-" : "+";
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
  const rest = String(Math.abs(minutes) % 60).padStart(2, "0");
  return `${Math.floor(at.getTime() / 1000)} ${sign}${hours}${rest}`;
}

/** What makes git name `author` in the next commit. */
export function authorVariables({ name, email, date }: CommitAuthor): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    ...(date === undefined ? {} : { GIT_AUTHOR_DATE: date }),
  };
}

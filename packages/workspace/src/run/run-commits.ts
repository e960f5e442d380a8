import { type Git, text } from "../git/git.ts";

/** A commit as `git rev-list` tells of it. */
export interface RunCommit {
  readonly id: string;
  readonly tree: string;
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

/**
 * The commits of a range, the oldest first, in one call of git. Plumbing, and messages as they are:
 * neither the user's `log.*` nor their `trailer.*` counts.
 * @param range as `from..to`
 * @param newest so many of them at most. @default all
 */
export async function readCommits(
  git: Git,
  range: string,
  signal?: AbortSignal,
  newest?: number,
): Promise<RunCommit[]> {
  const format = "--format=%H %T%n%an%n%ae%n%ad%n%B%x00";
  const how = ["--reverse", "--first-parent", "--no-commit-header", "--encoding=UTF-8"];
  if (newest !== undefined) how.push(`--max-count=${newest}`);
  const args = ["rev-list", ...how, "--date=raw", format, range, "--"];
  const { stdout } = await git.run(args, { signal });
  return stdout
    .split("\0")
    .map((entry) => entry.replace(/^\n/, ""))
    .filter((entry) => entry !== "")
    .map(parse);
}

function parse(entry: string): RunCommit {
  const [ids = "", name = "", email = "", date = "", ...message] = text(entry).split("\n");
  const [id = "", tree = ""] = ids.split(" ");
  return { id, tree, author: { name, email, date }, message: message.join("\n") };
}

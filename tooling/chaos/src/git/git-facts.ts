import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { isolatedGitEnvironment } from "@cluster/testkit";

/** One path that a commit changed. Ids are those of blobs; `null`: it is not there. */
export interface ChangedPath {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A commit as git has it. */
export interface CommitFacts {
  readonly id: string;
  readonly parents: readonly string[];
  /** The values of each trailer, by its name. */
  readonly trailers: Readonly<Record<string, readonly string[]>>;
  /** Against its first parent. */
  readonly changes: readonly ChangedPath[];
}

const NOTHING = /^0+$/;
/** Between the fields of a commit: no message holds it. */
const FIELD = "\u0001";

/** Reads a repository by plain git, and nothing of the product. Whoever judges a run believes only this. */
export class GitFacts {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  git(args: readonly string[], input?: string, encoding: BufferEncoding = "utf8"): string {
    return execFileSync("git", args, {
      cwd: this.path,
      env: isolatedGitEnvironment(),
      encoding,
      maxBuffer: 2 ** 30,
      stdio: ["pipe", "pipe", "pipe"],
      ...(input === undefined ? {} : { input }),
    });
  }

  /** The commits after `from`, oldest first. */
  commits(from: string, to: string): readonly CommitFacts[] {
    const format = ["%x02%H", "%P", "%(trailers:only,unfold)", ""].join("%x01");
    const args = ["log", "--topo-order", "--reverse", "--raw", "-z", "--no-renames", "--no-abbrev"];
    const text = this.git([
      ...args,
      "--diff-merges=first-parent",
      `--format=${format}`,
      `${from}..${to}`,
    ]);
    return text.split("\u0002").slice(1).map(commitOf);
  }

  /** The commit's own facts. */
  commit(id: string): CommitFacts {
    const found = this.commits(`${id}^`, id).at(-1);
    if (found === undefined) throw new Error(`git knows no commit ${id}.`);
    return found;
  }

  /** Commits by ref, below a prefix such as `refs/heads/`. */
  refs(prefix: string): ReadonlyMap<string, string> {
    const lines = this.git(["for-each-ref", "--format=%(refname) %(objectname)", prefix]).split(
      "\n",
    );
    return new Map(lines.filter(Boolean).map((line) => line.split(" ") as [string, string]));
  }

  /** Blob ids by path. */
  tree(commit: string): ReadonlyMap<string, string> {
    const entries = this.git(["ls-tree", "-r", "-z", commit]).split("\0").filter(Boolean);
    return new Map(
      entries.map((entry) => {
        const [about = "", path = ""] = entry.split("\t");
        return [path, about.split(" ")[2] ?? ""];
      }),
    );
  }

  content(blob: string): string {
    return this.git(["cat-file", "blob", blob]);
  }

  /** Texts by blob. */
  contents(blobs: readonly string[]): ReadonlyMap<string, string> {
    const wanted = [...new Set(blobs)];
    if (wanted.length === 0) return new Map();
    const bytes = Buffer.from(
      this.git(["cat-file", "--batch"], `${wanted.join("\n")}\n`, "latin1"),
      "latin1",
    );
    const found = new Map<string, string>();
    for (let at = 0; at < bytes.length; ) {
      const end = bytes.indexOf("\n", at);
      const [id = "", , size = "0"] = bytes.toString("latin1", at, end).split(" ");
      found.set(id, bytes.toString("utf8", end + 1, end + 1 + Number(size)));
      at = end + 1 + Number(size) + 1;
    }
    return found;
  }

  /** The folders of all worktrees, the main one first. */
  worktrees(): readonly string[] {
    const lines = this.git(["worktree", "list", "--porcelain"]).split("\n");
    return lines.filter((line) => line.startsWith("worktree ")).map((line) => line.slice(9));
  }
}

function commitOf(record: string): CommitFacts {
  const [id = "", parents = "", trailers = "", raw = ""] = record.split(FIELD);
  return {
    id,
    parents: parents.split(" ").filter(Boolean),
    trailers: trailersOf(trailers),
    changes: changesOf(raw),
  };
}

function trailersOf(text: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const line of text.split("\n")) {
    const [, name, value] = /^([\w-]+): (.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    found[name] = [...(found[name] ?? []), value];
  }
  return found;
}

function changesOf(raw: string): ChangedPath[] {
  const entries = raw.matchAll(/:\d+ \d+ (\w+) (\w+) [A-Z]\d*\0([^\0]*)\0/g);
  return [...entries].map(([, before = "", after = "", path = ""]) => ({
    path,
    before: NOTHING.test(before) ? null : before,
    after: NOTHING.test(after) ? null : after,
  }));
}

/** The id that a text has as a blob in a repository of SHA-1, whether it is there or not. */
export function blobIdOf(content: string): string {
  const bytes = Buffer.from(content);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

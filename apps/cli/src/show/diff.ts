import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { RunRecord, TaskOutcome } from "@cluster/batch";
import { setupError } from "../exit/cli-error.ts";
import { writeOut } from "../logs/write-lines.ts";

/** What tasks changed, wherever that is kept. */
export interface KeptDiff {
  /** Commits and refs, in the order of the tasks. */
  readonly commits: readonly string[];
  /** Files with a patch: of edits in place that did not land. */
  readonly files: readonly string[];
  /** Patches that no commit could hold. */
  readonly patches: readonly string[];
  /** Tasks that landed in place: nothing keeps what they changed apart from the files themselves. */
  readonly inPlace: number;
}

/** Where the changes of tasks are kept. Pure. */
export function diffOf(record: RunRecord, outcomes: readonly TaskOutcome[]): KeptDiff {
  const inPlace = record.place === "in-place";
  const commits: string[] = [];
  const files: string[] = [];
  const patches: string[] = [];
  let landedInPlace = 0;
  for (const { outcome, evidence } of outcomes) {
    const { commit, parkedRef, outsideRef, earlierRefs, patch } = evidence;
    const kept = [parkedRef, outsideRef, ...earlierRefs].filter((ref) => ref !== null);
    if (inPlace) files.push(...kept.map((folder) => join(folder, "edit.patch")));
    else commits.push(...(outcome === "landed" && commit !== null ? [commit] : []), ...kept);
    if (inPlace && outcome === "landed") landedInPlace += 1;
    if (patch !== null) patches.push(patch);
  }
  return { commits, files, patches, inPlace: landedInPlace };
}

/** As a program reads it, whatever the user's configuration says. */
const PLAIN = ["--no-color", "--no-ext-diff", "--no-textconv", "--format="];

/** Shows commits with git, in the order in which they come, however many there are. */
async function gitLog(root: string, commits: readonly string[], plain: boolean): Promise<string> {
  const how = plain ? PLAIN : [];
  const args = ["-C", root, "log", "--no-walk=unsorted", "--patch", ...how, "--stdin"];
  const git = spawn("git", args, { stdio: ["pipe", plain ? "pipe" : "inherit", "pipe"] });
  const ended = once(git, "close");
  // Whoever leaves the pager early has seen enough.
  git.stdin?.on("error", () => {}).end(commits.map((commit) => `${commit}\n`).join(""));
  const [said, complaint] = await Promise.all([
    git.stdout === null ? "" : text(git.stdout),
    git.stderr === null ? "" : text(git.stderr),
  ]);
  const [code] = (await ended) as [number | null];
  if (code === 0 || code === null) return said;
  throw setupError(`git cannot show what was changed: ${complaint.trim()}`);
}

/** The whole as one text, without colours. */
export async function readDiff(root: string, diff: KeptDiff): Promise<string> {
  const inGit = diff.commits.length === 0 ? "" : await gitLog(root, diff.commits, true);
  const files = await Promise.all(diff.files.map((file) => readFile(file, "utf8")));
  return [inGit, ...files, ...diff.patches].join("");
}

/** Prints it as the user's git would, with its pager and colours. */
export async function printDiff(root: string, diff: KeptDiff): Promise<void> {
  if (diff.commits.length > 0) await gitLog(root, diff.commits, false);
  for (const file of diff.files) await writeOut(await readFile(file, "utf8"));
  for (const patch of diff.patches) await writeOut(patch);
  if (diff.inPlace > 0) {
    process.stderr.write(
      "What landed in place is in the files themselves; what stood there before is kept with the run.\n",
    );
  }
}

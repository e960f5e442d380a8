import { formatPatch, type StructuredPatch, structuredPatch } from "diff";
import type { FileChange } from "../workspace/change.ts";
import type { Contents } from "./contents.ts";
import { type Entries, type Entry, entryAt, sameEntry } from "./entry.ts";

/** Comparing line by line is given up then: what a file lost and got is not worth more. */
const LONGEST_MS = 1_000;
/** Where git looks for a NUL that tells a binary file. */
const LOOKED_AT = 8_000;

/** One file that changed. */
interface Comparison {
  readonly change: FileChange;
  /** `null` for what is not text. */
  readonly patch: StructuredPatch | null;
}

/** The paths at which not the same stands. */
export function changedPaths(before: Entries, after: Entries): readonly string[] {
  return Object.keys(after).filter((path) => {
    const [was, is] = [entryAt(before, path), entryAt(after, path)];
    return was !== undefined && is !== undefined && !sameEntry(was, is);
  });
}

/** What changed, as git would tell it, renames aside. */
export async function changesBetween(
  before: Entries,
  after: Entries,
  contents: Contents,
): Promise<readonly FileChange[]> {
  return (await compare(before, after, contents)).map(({ change }) => change);
}

/** The same as a patch, for `git apply` or `patch -p1`. What is not text is only named. */
export async function patchBetween(
  before: Entries,
  after: Entries,
  contents: Contents,
): Promise<string> {
  const parts = await compare(before, after, contents);
  const texts = parts.map(({ change, patch }) =>
    patch === null ? `# ${change.path}: ${change.status}, not text\n` : formatPatch(patch),
  );
  return texts.join("");
}

async function compare(
  before: Entries,
  after: Entries,
  contents: Contents,
): Promise<readonly Comparison[]> {
  return Promise.all(
    changedPaths(before, after).map(async (path) => {
      const [was, is] = [before[path] as Entry, after[path] as Entry];
      const [old, now] = await Promise.all([textOf(was, contents), textOf(is, contents)]);
      const patch = old === null || now === null ? null : diffOf(path, was, is, old, now);
      const count = (sign: string): number | null =>
        patch?.hunks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(sign)).length ??
        null;
      const [oldMode, newMode] = [modeOf(was), modeOf(is)];
      const change: FileChange = {
        path,
        status: statusOf(was, is),
        addedLines: count("+"),
        removedLines: count("-"),
        ...(was.kind === "file" && is.kind === "file" && oldMode !== newMode
          ? { mode: [oldMode, newMode] as const }
          : {}),
      };
      return { change, patch };
    }),
  );
}

function diffOf(
  path: string,
  was: Entry,
  is: Entry,
  old: string,
  now: string,
): StructuredPatch | null {
  const names = [
    was.kind === "absent" ? "/dev/null" : `a/${path}`,
    is.kind === "absent" ? "/dev/null" : `b/${path}`,
  ] as const;
  const options = { context: 3, timeout: LONGEST_MS };
  const patch = structuredPatch(...names, old, now, undefined, undefined, options);
  if (patch === undefined) return null;
  const [oldMode, newMode] = [modeOf(was), modeOf(is)];
  return {
    ...patch,
    isGit: true,
    isCreate: was.kind === "absent",
    isDelete: is.kind === "absent",
    ...(was.kind === "absent" || oldMode === newMode ? {} : { oldMode }),
    ...(is.kind === "absent" || oldMode === newMode ? {} : { newMode }),
  };
}

function statusOf(was: Entry, is: Entry): FileChange["status"] {
  if (was.kind === "absent") return "added";
  if (is.kind === "absent") return "deleted";
  return was.kind === is.kind ? "modified" : "type-changed";
}

/** As git writes it. */
function modeOf(entry: Entry): string {
  if (entry.kind === "link") return "120000";
  if (entry.kind !== "file") return "000000";
  return (entry.mode & 0o100) === 0 ? "100644" : "100755";
}

async function textOf(entry: Entry, contents: Contents): Promise<string | null> {
  if (entry.kind === "absent") return "";
  if (entry.kind === "link") return entry.target;
  if (entry.kind === "other") return null;
  const bytes = await contents.read(entry.content);
  if (bytes.subarray(0, LOOKED_AT).includes(0)) return null;
  return bytes.toString("utf8");
}

import type { WorkspaceErrorCode } from "../errors/codes.ts";

/** Git's own words, which LC_ALL=C keeps English, and the code they mean. The first match counts. */
const WORDS: readonly (readonly [RegExp, WorkspaceErrorCode])[] = [
  [/No space left on device|Disk quota exceeded|not enough space|out of disk space/i, "DISK_FULL"],
  [/detected dubious ownership/, "NOT_TRUSTED"],
  [/not a git repository|invalid gitfile format/i, "NOT_A_REPOSITORY"],
  [
    /(smudge|clean) filter \S+ failed|external filter '.*' failed|filter-process: .*not found/s,
    "FILTER_FAILED",
  ],
  [/gpg failed to sign|failed to write commit object/, "SIGNING_FAILED"],
  [/Unable to create '.*\.lock': File exists/s, "LOCKED"],
  [/could not lock config file|Another git process seems to be running/, "LOCKED"],
  // Another process is just making that worktree: its file is there, and still empty.
  [/failed to read '?\S*worktrees\/\S+: Success/, "LOCKED"],
];

/** The stable code for what git printed on stderr. */
export function failureCode(stderr: string): WorkspaceErrorCode {
  return WORDS.find(([words]) => words.test(stderr))?.[1] ?? "GIT_FAILED";
}

/** The lock file that was in git's way, when it names one. */
export function lockFile(stderr: string): string | undefined {
  return /Unable to create '(.*\.lock)': File exists/s.exec(stderr)?.[1];
}

/** Whether a ref was not where a compare-and-swap expected it, or was there when it should be new. */
export function isStaleRef(stderr: string): boolean {
  return /cannot lock ref .*(but expected|reference already exists|unable to resolve reference)/s.test(
    stderr,
  );
}

/** Whether git could not write a file, for a reason that it does not give. */
export function isFailedWrite(stderr: string): boolean {
  return /(unable|failed|could not|cannot) (to )?(write|create|append)|write error/i.test(stderr);
}

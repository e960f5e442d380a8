import { WorkspaceError } from "../errors/workspace-error.ts";
import { failureCode, isStaleRef } from "./failure.ts";
import type { Git } from "./git.ts";

/** One ref that a transaction moves. */
export interface RefMove {
  readonly ref: string;
  readonly to: string;
  readonly from: string;
  /** For the reflog. */
  readonly message: string;
}

/** How a transaction ended: it moved the ref, or the ref was not where it was expected. */
export type RefTransactionEnd = "committed" | "stale";

/**
 * Locks a ref, checks that it is still at `from`, lets `work` change what belongs to it, then moves
 * it. While `work` runs nobody else can move the ref; when it throws, or this process dies, git
 * gives the lock back and the ref stays.
 * @throws {WorkspaceError} LOCKED at once, without patience: the caller looks again before it retries
 */
export async function withLockedRef(
  git: Git,
  move: RefMove,
  work: () => Promise<void>,
): Promise<RefTransactionEnd> {
  const { cwd, environment } = git.options;
  // It takes 60 ms to load: too long for those who only look at a repository.
  const { execa } = await import("execa");
  const transaction = execa("git", ["update-ref", "--stdin", "-m", move.message], {
    cwd,
    env: environment,
    extendEnv: false,
    reject: false,
    killDescendants: true,
    stdin: "pipe",
  });
  const lines = transaction.iterable({ from: "stdout" })[Symbol.asyncIterator]();
  const answers = async (word: string): Promise<boolean> => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) return false;
      if (value === `${word}: ok`) return true;
    }
  };
  const failed = async (): Promise<RefTransactionEnd> => {
    const { stderr } = await transaction;
    if (isStaleRef(stderr)) return "stale";
    throw new WorkspaceError(failureCode(stderr), `${move.ref} could not be moved: ${stderr}`, {
      stderr,
    });
  };

  // A git that ended early is noticed by its missing answer, not by a broken pipe.
  transaction.stdin.on("error", () => {});
  try {
    transaction.stdin.write(`start\nupdate ${move.ref} ${move.to} ${move.from}\nprepare\n`);
    if (!(await answers("prepare"))) return await failed();
    await work();
    transaction.stdin.write("commit\n");
    return (await answers("commit")) ? "committed" : await failed();
  } finally {
    // Without `commit` the end of input rolls back.
    transaction.stdin.end();
    await transaction;
  }
}

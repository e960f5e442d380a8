import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that is gone when it is disposed of. */
export interface TemporaryFolder extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
}

/**
 * Makes an empty folder of its own among the system's temporary files.
 * @param prefix How its name begins. @default "cluster-test-"
 */
export async function temporaryFolder(prefix: string = "cluster-test-"): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), prefix));
  return {
    path,
    // A process that is just ending may still write into it.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Site } from "../contract/site.ts";
import type { TaskInput } from "../contract/task.ts";

/** Bytes of files, by the names that tasks give them. */
export type FileSizes = ReadonlyMap<string, number>;

/** So many at once, so that no limit on open files is met. */
const AT_ONCE = 32;

/** The sizes of all files that tasks name, as they are now. One that is not there yet has none. */
export async function fileSizes(
  site: Pick<Site, "root">,
  tasks: readonly Pick<TaskInput, "files" | "readOnlyFiles">[],
): Promise<FileSizes> {
  const paths = new Set<string>();
  for (const { files, readOnlyFiles = [] } of tasks) {
    for (const path of [...files, ...readOnlyFiles]) paths.add(path);
  }
  const sizes = new Map<string, number>();
  const waiting = [...paths].values();
  const measure = async (): Promise<void> => {
    for (const path of waiting) {
      const found = await stat(resolve(site.root, path)).catch(() => null);
      if (found?.isFile() === true) sizes.set(path, found.size);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, measure));
  return sizes;
}

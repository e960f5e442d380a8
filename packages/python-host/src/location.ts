import { fileURLToPath } from "node:url";

/** The first Python file: in `python`, beside `src` in this repository, beside `dist` when published. */
export function pythonScript(): string {
  return fileURLToPath(new URL("../python/run.py", import.meta.url));
}

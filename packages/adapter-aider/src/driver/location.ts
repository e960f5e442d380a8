import { fileURLToPath } from "node:url";

/** The driver's first file: beside `src` in this repository, beside `dist` in the published package. */
export function driverScript(): string {
  const inSource = import.meta.url.endsWith("/src/driver/location.ts");
  return fileURLToPath(
    new URL(inSource ? "../../python/run.py" : "../python/run.py", import.meta.url),
  );
}

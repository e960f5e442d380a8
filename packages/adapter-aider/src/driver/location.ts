import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The driver's modules: beside `src` in this repository, beside `dist` in the published package. */
export function driverFolder(): string {
  const inSource = import.meta.url.endsWith("/src/driver/location.ts");
  return fileURLToPath(new URL(inSource ? "../../python" : "../python", import.meta.url));
}

/** The driver as a program of its own. */
export function driverScript(): string {
  return join(driverFolder(), "run.py");
}

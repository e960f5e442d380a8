// Starts the sample agent with what Node compiled of it before: tests start it thousands of times.
import module from "node:module";
import { fileURLToPath } from "node:url";

const compiled = new URL("../../../../node_modules/.cache/cluster-tests", import.meta.url);
module.enableCompileCache?.(fileURLToPath(compiled));
await import("./agent.ts");

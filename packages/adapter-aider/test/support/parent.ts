// A program that keeps an aider at work and is killed for it. Prints the pid of its aider.
import { createPool } from "@cluster/pool";
import { aiderAdapter } from "../../src/index.ts";

const { cwd, options } = JSON.parse(process.argv[2] ?? "");
const pool = createPool({ adapter: aiderAdapter(options), cwd, startTimeoutMs: 120_000 });
await pool.ready();
pool.run({ message: "Add an id", files: ["one.md"] }).catch(() => {});
console.log(pool.status().instances[0]?.pid);

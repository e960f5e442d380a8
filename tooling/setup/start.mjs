// `npm start`: sets everything up, then runs the main job, or `cluster` with the arguments given.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { follow } from "./follow.mjs";
import { install, node, root } from "./install.mjs";

install();

const args = process.argv.slice(2);
const isMainJob = args.length === 0 || args[0] === "--real";
const program = isMainJob ? "apps/examples/src/main-job/main.ts" : "apps/cli/src/main.ts";
const child = spawn(node, ["--conditions=@cluster/source", join(root, program), ...args], {
  stdio: "inherit",
  // npm runs this in the checkout; paths that the user gives are meant from where they are.
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
});
follow(child);

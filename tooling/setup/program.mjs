// `npm run soak`, `npm run chaos`: sets everything up, then runs the program that is named, from the sources.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { follow } from "./follow.mjs";
import { install, node, root } from "./install.mjs";

install();

const [program, ...args] = process.argv.slice(2);
const child = spawn(node, ["--conditions=@cluster/source", join(root, program), ...args], {
  stdio: "inherit",
  cwd: root,
});
follow(child);

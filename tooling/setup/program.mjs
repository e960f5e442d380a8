// `npm run soak`, `npm run chaos`: sets everything up, then runs the program that is named, from the sources.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { install, node, root } from "./install.mjs";

install();

const [program, ...args] = process.argv.slice(2);
const child = spawn(node, ["--conditions=@cluster/source", join(root, program), ...args], {
  stdio: "inherit",
  cwd: root,
});
// The terminal sends ^C to the child as well, and the child decides; a SIGTERM reaches only this one.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

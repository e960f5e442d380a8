// `npm run soak`: sets everything up, then explores pools at random for hours.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { install, node, root } from "./install.mjs";

install();

const program = join(root, "packages/pool/test/soak/main.ts");
const child = spawn(node, ["--conditions=@cluster/source", program, ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: root,
});
// The terminal sends ^C to the child as well, and the child decides; a SIGTERM reaches only this one.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

// Answers with the pid of a child that inherited its stdout, and exits: stdout stays open.
import { spawn } from "node:child_process";
import { answerOf, turns } from "../protocol/speak.mjs";

const sleeper = ["-e", "setTimeout(() => {}, 120_000)"];
const child = spawn(process.execPath, sleeper, { stdio: ["ignore", "inherit", "inherit"] });
await turns((request) => {
  process.stdout.write(answerOf(request, { pid: child.pid }), () => process.exit(0));
});
process.exit(0);

// Answers with the pid of a child of its own, which it does not end: --own-session moves it out of the group.
import { spawn } from "node:child_process";
import { answer, options, turns } from "../protocol/speak.mjs";

const sleeper = ["-e", "setTimeout(() => {}, 120_000)"];
const child = spawn(process.execPath, sleeper, {
  stdio: "ignore",
  detached: options["own-session"],
});
child.unref();
await turns((request) => answer(request, { pid: child.pid }), { grandchild: child.pid });

// A one-shot tool: says what it reads from stdin, and knows a few words.
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

// One that a broken test leaves behind ends by itself.
setTimeout(() => process.exit(70), 120_000).unref();
const request = await text(process.stdin);
const [word, rest = ""] = request.split(" ");

if (word === "base64") process.stdout.write(Buffer.from(rest, "base64"));
else if (word === "slow") {
  setInterval(() => process.stdout.write("still at it\n"), 100);
} else if (word === "silent") setInterval(() => {}, 60_000);
else if (word === "fail") process.exitCode = 3;
else if (word === "child") {
  const sleeper = ["-e", "setTimeout(() => {}, 60_000)"];
  spawn(process.execPath, sleeper, { stdio: "ignore", detached: true }).unref();
} else process.stdout.write(`${request}\n`);

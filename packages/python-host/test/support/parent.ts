// A program that keeps Python processes at work, for its end. Prints the pids of all of them.
import { pythonHost } from "../../src/index.ts";

const { options, spec, starts, end } = JSON.parse(process.argv[2] ?? "");
const host = pythonHost(options);
const never = new AbortController().signal;
const pids: number[] = [];
if (end === "warm-up") {
  host.prepare(spec).catch(() => {});
  while (host.status().every(({ pid }) => pid === 0)) await new Promise(setImmediate);
}
for (const args of starts) {
  const tool = await host.start({ ...spec, args }, never);
  const line: Buffer = await new Promise((resolve) => tool.stdout.once("data", resolve));
  pids.push(...JSON.parse(String(line)));
}
pids.push(...host.status().map(({ pid }) => pid));
console.log(JSON.stringify(pids));
if (end === "exit") process.exit(0);
if (end === "idle") {
  // Longer than the host takes the files of its server for unchanged.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const tool = await host.start({ ...spec, args: ["leave", "0"] }, never);
  console.log(JSON.stringify(await tool.exited));
}

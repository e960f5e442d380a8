// A tool that must do other things between requests listens to its stdin.
import { work } from "./work.mjs";

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify({ id, result: work(request) })}\n`);
  }
});
process.stdout.write('{"ready":true}\n');

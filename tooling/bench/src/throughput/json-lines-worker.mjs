// A tool as one writes it in Node: a request a line, an answer a line.
import { work } from "./work.mjs";

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  let answers = "";
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    answers += `${JSON.stringify({ id, result: work(request) })}\n`;
  }
  if (answers !== "") process.stdout.write(answers);
});
process.stdout.write('{"ready":true}\n');

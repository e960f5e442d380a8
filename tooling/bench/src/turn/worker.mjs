// Answers each line of JSON with another one, in as few steps as Node allows.
let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  let answers = "";
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    answers += `${JSON.stringify({ id, result: request })}\n`;
  }
  if (answers !== "") process.stdout.write(answers);
});
process.stdout.write('{"ready":true}\n');

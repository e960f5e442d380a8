// Answers with a line of as many bytes as it is asked for, as fast as the pipe takes them.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const block = "x".repeat(64 * 1024);
writeSync(1, '{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request } = JSON.parse(line);
  writeSync(1, `{"id":${id},"result":"`);
  for (let left = request.bytes; left > 0; left -= block.length) writeSync(1, block);
  writeSync(1, '"}\n');
}

// Answers each request with one line of so many bytes, which it has ready.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const text = Buffer.alloc(Number(process.argv[2]), "all work and no play makes a dull line. ");

function writeAll(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

writeSync(1, '{"ready":true}\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { id } = JSON.parse(line);
  writeSync(1, `{"id":${id},"result":"`);
  writeAll(text);
  writeSync(1, '"}\n');
}

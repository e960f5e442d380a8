// A tool with nothing to do between requests waits for the next one in read(), as one in C or Python does.
import { readSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { work } from "./work.mjs";

const bytes = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder("utf8");
let rest = "";
writeSync(1, '{"ready":true}\n');
for (let count = readSync(0, bytes); count > 0; count = readSync(0, bytes)) {
  const lines = (rest + decoder.write(bytes.subarray(0, count))).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    writeSync(1, `${JSON.stringify({ id, result: work(request) })}\n`);
  }
}

// Appends a line to each of its files and answers at once. It waits in read(), as one in C would.
import { appendFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

const bytes = Buffer.allocUnsafe(64 * 1024);
const decoder = new StringDecoder("utf8");
let rest = "";
writeSync(1, '{"ready":true}\n');
for (let count = readSync(0, bytes); count > 0; count = readSync(0, bytes)) {
  const lines = (rest + decoder.write(bytes.subarray(0, count))).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, request } = JSON.parse(line);
    for (const file of request.files ?? []) {
      appendFileSync(join(request.workspace, file), "One more line.\n");
    }
    writeSync(1, `${JSON.stringify({ id, result: { reply: "Done." } })}\n`);
  }
}

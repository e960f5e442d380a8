// Sends a value back, or says that it has begun and never ends.
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request } = JSON.parse(line);
  if (request.hang === true) say({ id, event: { type: "text", text: "begun" } });
  else say({ id, result: request.echo });
}

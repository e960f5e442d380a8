// Runs a stand-in model as a process of its own, until stdin ends or SIGTERM comes.
import { parseArgs } from "node:util";
import { startStandInModel } from "./stand-in-model.ts";

const { values } = parseArgs({
  options: {
    "latency-ms": { type: "string", default: "0" },
    port: { type: "string", default: "0" },
    key: { type: "string", default: "stand-in-key" },
    settings: { type: "string" },
  },
});

const model = await startStandInModel({
  latencyMs: Number(values["latency-ms"]),
  port: Number(values.port),
  apiKey: values.key,
});
const settings = values.settings ? await model.writeAiderSettings(values.settings) : {};

async function end(): Promise<void> {
  await model.close();
  process.exit(0);
}

process.once("SIGTERM", end).once("SIGINT", end);
process.stdin.once("end", end).resume();

const { baseUrl, apiKey, model: name, weakModel } = model;
process.stdout.write(
  `${JSON.stringify({ baseUrl, apiKey, model: name, weakModel, pid: process.pid, ...settings })}\n`,
);

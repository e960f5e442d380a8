import { promises } from "../../src/testing/core.ts";
import { conformance } from "../../src/testing/index.ts";
import { sampleAdapter, sampleSamples } from "./support/sample-adapter.ts";

conformance(sampleAdapter(), sampleSamples(), {
  require: promises.map(({ id }) => id).filter((id) => !id.startsWith("agent.")),
  pingTimeoutMs: 1_000,
  turnsInRow: 64,
});

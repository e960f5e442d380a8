import { describe } from "vitest";
import { conformance, promises } from "../../src/testing/index.ts";
import { CASES } from "../support/declared-cases.ts";
import { samplesOf } from "../support/declared-samples.ts";
import { shippedTools } from "../support/shipped-tools.ts";

const shipped = await shippedTools();

/** What none of them has: sessions, pings, questions, failures of a provider, dollars. */
const FOREIGN =
  /^(session|ping|question|agent|price)\.|^failure\.(?!refused)|^cancel\.keeps|^context\.reset-|^framing\.echo|^probe\.absent/;

for (const tool of CASES) {
  const reason = shipped.absent(tool);
  const adapter = await shipped.adapter(tool.name);
  const { samples, cannot } = samplesOf(tool);
  describe.skipIf(reason !== null)(reason === null ? "shipped" : `skipped: ${reason}`, () => {
    conformance(adapter, samples, {
      turnsInRow: 4,
      // Most of them say nothing while they are at work, and are then waited for four times as long.
      settleMs: 100,
      pool: { graceMs: 1_000 },
      require: [
        ...promises.map(({ id }) => id).filter((id) => !FOREIGN.test(id) && !cannot.includes(id)),
        ...(tool.interruptible ? ["cancel.keeps-process"] : []),
        ...(tool.resettable === true ? ["context.reset-keeps-process"] : []),
      ],
    });
  });
}

import { afterAll, expect, test } from "vitest";
import { childProcessHost } from "../../src/index.ts";
import { FirstStarts } from "../../src/instance/first-starts.ts";
import type { InstanceContext } from "../../src/instance/instance-context.ts";
import { MemorySampler } from "../../src/instance/memory-sampler.ts";
import { ProcessKeeper } from "../../src/instance/process-keeper.ts";
import { Spares } from "../../src/instance/spares.ts";
import { StartGate } from "../../src/instance/start-gate.ts";
import { openLedger } from "../../src/ledger/process-ledger.ts";
import { systemClock } from "../../src/pool/clock.ts";
import { compileOptions } from "../../src/pool/compile-options.ts";
import { redaction } from "../../src/transcript/redactor.ts";
import { expectNoProcessLeft, jsonLines, rejection, running } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

test("no order after the last one brings a process up, during it or afterwards", async () => {
  const adapter = jsonLines();
  const context: InstanceContext<unknown, unknown> = {
    adapter,
    host: childProcessHost(),
    options: compileOptions({ adapter }),
    gate: new StartGate(1),
    firstStarts: new FirstStarts(adapter.name, systemClock),
    clock: systemClock,
    redaction: redaction([]),
    emit: () => {},
    changed: () => {},
    forgotten: () => {},
    ledger: openLedger(null, { swept: () => {}, failed: () => {} }),
    memory: new MemorySampler(systemClock),
    get spares() {
      return spares;
    },
  };
  const spares = new Spares(context, () => []);
  const keeper = new ProcessKeeper(0, context, null);
  await keeper.start();
  const retired = keeper.retire("stop");
  const during = [rejection(keeper.restart()), rejection(keeper.start()), keeper.stop("stop")];
  await retired;
  const afterwards = [rejection(keeper.restart()), rejection(keeper.start())];
  const refused = { code: "INSTANCE_UNAVAILABLE", message: "Instance 0 leaves the pool." };
  expect(await Promise.all([...during, ...afterwards])).toMatchObject([
    refused,
    refused,
    undefined,
    refused,
    refused,
  ]);
  expect(keeper.process).toBeNull();
  expect(keeper.record.state).toBe("stopped");
  expect(running()).toEqual([]);
});

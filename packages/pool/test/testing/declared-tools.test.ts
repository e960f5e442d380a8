import {
  type PostgresServer,
  postgresPrograms,
  startPostgres,
  TEST_MARKER,
} from "@cluster/testkit";
import { afterAll, describe } from "vitest";
import { declaredTool, shippedTool } from "../../src/declared/index.ts";
import { conformance, promises } from "../../src/testing/index.ts";
import { CASES, missing } from "../support/declared-cases.ts";
import { samplesOf } from "../support/declared-samples.ts";
import { expectNoProcessLeft, markedEnvironment } from "../support/tools.ts";

const programs = postgresPrograms();
/** Before the promises are tried, which need to know where it is. */
const server: PostgresServer | null =
  programs !== null && missing("psql") === null ? await startPostgres(programs) : null;

afterAll(async () => {
  await expectNoProcessLeft();
  await server?.[Symbol.asyncDispose]();
});

/** What none of them has: sessions, pings, questions, failures of a provider, dollars. */
const FOREIGN =
  /^(session|ping|question|agent|price)\.|^failure\.(?!refused)|^cancel\.keeps|^context\.reset-|^framing\.echo|^probe\.absent/;

for (const tool of CASES) {
  const reason =
    missing(tool.program) ??
    (tool.name === "psql" && server === null ? "there is no PostgreSQL server" : null);
  const adapter = declaredTool(await shippedTool(tool.name), {
    environment: {
      [TEST_MARKER]: markedEnvironment[TEST_MARKER] ?? "",
      ...(tool.name === "psql" ? server?.environment : {}),
    },
  });
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

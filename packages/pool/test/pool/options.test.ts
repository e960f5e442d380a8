import { inspect } from "node:util";
import { afterAll, expect, test } from "vitest";
import { createPool, PoolError, type PoolOptions } from "../../src/index.ts";
import { expectNoProcessLeft, jsonLines, rejection } from "../support/tools.ts";

afterAll(expectNoProcessLeft);

const adapter = jsonLines();

function refusal(options: object): PoolError {
  try {
    createPool({ adapter, ...options } as PoolOptions<unknown, unknown>);
  } catch (error) {
    if (error instanceof PoolError) return error;
    throw error;
  }
  throw new Error(`${inspect(options)} was accepted.`);
}

const whole0 = "expected a whole number of at least 0";
const whole1 = "expected a whole number of at least 1";
const milliseconds = "expected milliseconds, a number of at least 0 or Infinity";

const wrong: readonly (readonly [object, string])[] = [
  [{ size: -1 }, `size: ${whole0}, found number -1`],
  [{ size: "3" }, `size: ${whole0}, found string '3'`],
  [{ size: 1.5 }, `size: ${whole0}, found number 1.5`],
  [{ adapter: undefined }, "functions command and connect, found undefined. "],
  [{ size: null }, `size: ${whole0}, found null`],
  [{ start: "later" }, "start: expected one of eager, lazy, found string 'later'"],
  [{ startConcurrency: 0 }, `startConcurrency: ${whole1}, found number 0`],
  [{ startTimeoutMs: Number.NaN }, `startTimeoutMs: ${milliseconds}, found number NaN`],
  [{ turnTimeoutMs: -5 }, `turnTimeoutMs: ${milliseconds}, found number -5`],
  [{ idleTimeoutMs: "5" }, `idleTimeoutMs: ${milliseconds}, found string '5'`],
  [{ interruptTimeoutMs: {} }, `interruptTimeoutMs: ${milliseconds}, found object {}`],
  [{ resetTimeoutMs: -1 }, `resetTimeoutMs: ${milliseconds}`],
  [{ graceMs: 10n }, `graceMs: ${milliseconds}, found bigint 10n`],
  [{ maxTurnBytes: 0 }, "maxTurnBytes: expected bytes, a number of at least 1 or Infinity"],
  [{ maxQueue: -1 }, "maxQueue: expected requests, a number of at least 0 or Infinity"],
  [{ afterTurn: "forget" }, "afterTurn: expected one of keep, reset, replace, found string"],
  [{ restart: 5 }, "restart: expected an object with intensity"],
  [{ restart: { intensity: -1 } }, `restart.intensity: ${whole0}, found number -1`],
  [{ restart: { periodMs: "1m" } }, `restart.periodMs: ${milliseconds}, found string '1m'`],
  [{ restart: { retries: 3 } }, "restart.retries: there is no such option"],
  [
    { transcripts: 5 },
    "transcripts: expected the path of a folder, or an object with folder, maxBytes, maxFiles, found number 5",
  ],
  [{ transcripts: "" }, "transcripts: expected the path of a folder"],
  [{ transcripts: {} }, "transcripts.folder: expected the path of a folder, found undefined"],
  [
    { transcripts: { folder: "x", maxBytes: 100 } },
    "transcripts.maxBytes: expected a whole number of at least 4096, found number 100",
  ],
  [
    { transcripts: { folder: "x", maxFiles: 1 } },
    "transcripts.maxFiles: expected a whole number of at least 2, found number 1",
  ],
  [{ transcripts: { folder: "x", size: 1 } }, "transcripts.size: there is no such option"],
  [{ secrets: "sk-verysecret" }, "secrets: expected an array of strings, found string."],
  [{ secrets: [5] }, "secrets.0: expected a string, found number."],
  [{ onQuestion: "yes" }, "onQuestion: expected a function, found string 'yes'"],
  [{ cwd: 5 }, "cwd: expected the path of a folder or a function that gives one, found number 5"],
  [{ cwd: "" }, "cwd: expected the path of a folder"],
  [{ clock: {} }, "clock: expected a Clock, found object {}"],
  [
    { siez: 3, other: 1 },
    "siez: there is no such option (did you mean size?); other: there is no such option",
  ],
  [
    { adapter: undefined },
    "adapter: expected a ToolAdapter with the functions command and connect",
  ],
  [{ adapter: { ...adapter, name: "" } }, "adapter.name: expected a short name, found string ''"],
  [
    { adapter: { ...adapter, host: {} } },
    "adapter.host: expected a ProcessHost or a function that gives one, found object {}",
  ],
];

for (const [options, message] of wrong) {
  test(`createPool refuses ${inspect(options, { depth: 0, breakLength: 200 })}`, () => {
    const error = refusal(options);
    expect(error.code).toBe("OPTION_INVALID");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("verysecret");
  });
}

test("several wrong options are told at once", () => {
  const { message } = refusal({ size: -1, start: "later" });
  expect(message).toMatch(/^Wrong pool options\. size: .*; start: .*\.$/);
});

test("no options at all are refused", () => {
  expect(() => (createPool as (options?: unknown) => unknown)()).toThrow(
    "expected an object with an adapter, found undefined",
  );
});

test("a folder for transcripts that cannot be written to is refused, and nothing is started", async () => {
  const error = refusal({ transcripts: "/dev/null/transcripts", size: 3 });
  expect(error.code).toBe("OPTION_INVALID");
  expect(error.message).toMatch(
    /^transcripts: expected a folder that can be written to, found \/dev\/null\/transcripts: ENOTDIR/,
  );
  await expectNoProcessLeft();
});

const wrongForTurn: readonly (readonly [object, string])[] = [
  [{ turnTimeout: 5 }, "turnTimeout: there is no such option (did you mean turnTimeoutMs?)."],
  [{ unheardOf: 5 }, "unheardOf: there is no such option."],
  [{ turnTimeoutMs: -1 }, `turnTimeoutMs: ${milliseconds}, found number -1.`],
  [{ idleTimeoutMs: "1" }, `idleTimeoutMs: ${milliseconds}, found string '1'.`],
  [{ release: "drop" }, "release: expected one of keep, reset, replace, found string 'drop'."],
  [{ onQuestion: true }, "onQuestion: expected a function, found boolean true."],
  [{ key: 5 }, "key: expected a string, found number 5."],
  [{ avoid: 1 }, "avoid: expected an array of instance numbers, found number 1."],
  [{ priority: "high" }, "priority: expected a finite number, found string 'high'."],
  [{ priority: Number.NaN }, "priority: expected a finite number, found number NaN."],
  [{ fairnessKey: 1 }, "fairnessKey: expected a string, found number 1."],
  [{ whenGone: "wait" }, 'whenGone: expected "reject" or "any", found string \'wait\'.'],
  [{ signal: {} }, "signal: expected an AbortSignal, found object {}."],
];

test("a turn and a lease with a wrong option reject, and cost nothing", async () => {
  await using pool = createPool({ adapter });
  for (const [options, message] of wrongForTurn) {
    expect(await rejection(pool.run({ echo: 1 }, options))).toMatchObject({
      code: "OPTION_INVALID",
      message,
    });
    expect(await rejection(pool.lease(options))).toMatchObject({ code: "OPTION_INVALID" });
  }
  await using lease = await pool.lease();
  expect(await rejection(lease.run({ echo: 1 }, { turnTimeoutMs: Number.NaN }))).toMatchObject({
    code: "OPTION_INVALID",
  });
  expect(await lease.run({ echo: 1 })).toBe(1);
  expect(await rejection(pool.shutdown({ timeoutMs: -1 }))).toMatchObject({
    code: "OPTION_INVALID",
    message: `timeoutMs: ${milliseconds}, found number -1.`,
  });
  expect(await rejection(pool.shutdown({ timeout: 5 } as object))).toMatchObject({
    code: "OPTION_INVALID",
    message: "shutdown: timeout: there is no such option (did you mean timeoutMs?).",
  });
});

import { PassThrough } from "node:stream";
import type { RunEvent } from "@cluster/batch";
import { describe, expect, it } from "vitest";
import { createProgress, progressStyle } from "../../src/progress/progress.ts";
import { sampleOutcome } from "../report/sample-report.ts";

function stream(terminal: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const sink = new PassThrough();
  let text = "";
  sink.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const shape = terminal ? { isTTY: true, columns: 40, rows: 10 } : {};
  return { stream: Object.assign(sink, shape) as unknown as NodeJS.WriteStream, text: () => text };
}

const base = { at: 0, run: "r" };
const events: readonly RunEvent[] = [
  {
    ...base,
    type: "run.started",
    tool: "sample",
    tasks: 12,
    workers: 2,
    base: "b",
    before: null,
    branch: "refs/heads/cluster/r",
  },
  { ...base, type: "task.ended", outcome: sampleOutcome(0, "landed") },
  {
    ...base,
    type: "attempt.ended",
    task: "t1",
    index: 1,
    attempt: 1,
    instance: 0,
    outcome: "tool-error",
    message: "overloaded\nmore",
    retried: true,
  },
  {
    ...base,
    type: "task.ended",
    outcome: sampleOutcome(1, "tool-error", {
      reason: { failureClass: "overload", code: null, message: "down" },
    }),
  },
  { ...base, type: "task.ended", outcome: sampleOutcome(2, "cancelled", { attempts: 0 }) },
];

describe("createProgress", () => {
  it("says once that a tool does not get ready, how long was waited, and what it said last", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    const detail =
      "hello was not ready within 60000 ms. If it needs longer, raise startTimeoutMs. It said last: no such flag";
    const late = { at: 0, type: "instance.state", state: "backoff", detail } as const;
    const slow = {
      at: 0,
      type: "process.late",
      generation: 0,
      startMs: 30_000,
      detail: 'The prompt "> " was awaited and did not come. It printed last: "$ ".',
    } as const;
    for (const event of [slow, late])
      for (const instance of [0, 1])
        progress.onEvent({ ...base, type: "pool", tool: "hello", event: { ...event, instance } });
    progress.end();
    expect(to.text()).toBe(
      `hello is not ready after 30s: ${slow.detail}\n` +
        `waiting for hello, which is started again: ${detail}\n`,
    );
  });

  it("prints a line for each task where nothing can be redrawn, without escapes", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    for (const event of events) progress.onEvent(event);
    progress.end();
    expect(to.text()).toBe(
      [
        "[ 1/12] landed docs/0.md 1.2s",
        "another attempt at #2 after tool-error: overloaded more",
        "[ 2/12] tool-error docs/1.md 1.2s: down",
        "",
      ].join("\n"),
    );
  });

  it("counts the tasks that it names, and tells a reason that all share once", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    const message = "aider did not start (1): no API keys were provided";
    const reason = { failureClass: "auth", code: null, message } as const;
    const failed = (instance: number): RunEvent => ({
      ...base,
      type: "pool",
      event: { type: "instance.state", at: 0, instance, state: "failed", detail: message },
    });
    const all: readonly RunEvent[] = [
      events[0] as RunEvent,
      failed(1),
      failed(5),
      {
        ...base,
        type: "run.state",
        state: "draining",
        reason: `No instance is left to work with: ${message}`,
      },
      { ...base, type: "task.ended", outcome: sampleOutcome(2, "cancelled", { attempts: 0 }) },
      { ...base, type: "task.ended", outcome: sampleOutcome(0, "tool-error", { reason }) },
    ];
    for (const event of all) progress.onEvent(event);
    expect(to.text().split("\n")).toEqual([
      `an instance of sample has failed: ${message}`,
      "No instance is left to work with.",
      "[ 1/12] tool-error docs/0.md 1.2s: as above",
      "",
    ]);
  });

  it("names a task without files by its place, as cluster show takes it", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    const outcome = { ...sampleOutcome(2, "landed"), files: [] };
    progress.onEvent({ ...base, type: "task.ended", outcome });
    expect(to.text()).toBe("[1/0] landed #3 1.2s\n");
  });

  it("names the files of a task that is tried again", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    const of = { ...base, task: "t6", index: 6, attempt: 1 };
    progress.onEvent({ ...of, type: "attempt.started", files: ["docs/a.md"] });
    const end = { instance: 0, outcome: "timeout", message: "late", retried: true } as const;
    progress.onEvent({ ...of, type: "attempt.ended", ...end });
    expect(to.text()).toBe("another attempt at docs/a.md after timeout: late\n");
  });

  it("counts off no task that only got ready for a turn when the run was told to end", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "lines",
      requireChange: false,
    });
    const reason = { failureClass: null, code: null, message: "The run was told to end." };
    for (const [index, stage] of (["workspace", "turn"] as const).entries()) {
      const of = { ...base, task: `t${index}`, index, attempt: 1 };
      progress.onEvent({ ...of, type: "attempt.started", files: [`docs/${index}.md`] });
      progress.onEvent({ ...of, type: "attempt.stage", instance: index, stage });
      const outcome = sampleOutcome(index, "cancelled", { attempts: 1, reason });
      progress.onEvent({ ...base, type: "task.ended", outcome });
    }
    progress.end();
    expect(to.text()).toBe("[1/0] cancelled docs/1.md 1.2s: The run was told to end.\n");
  });

  it("prints only what is said when it is quiet", async () => {
    const to = stream(false);
    const progress = await createProgress({
      stream: to.stream,
      style: "none",
      requireChange: false,
    });
    for (const event of events) progress.onEvent(event);
    progress.say("Letting 2 turns end");
    progress.end();
    expect(to.text()).toBe("Letting 2 turns end\n");
  });

  it("keeps failures above the display on a terminal, counts the rest, and survives a resize", async () => {
    const to = stream(true);
    const progress = await createProgress({
      stream: to.stream,
      style: "terminal",
      requireChange: false,
    });
    for (const event of events) progress.onEvent(event);
    Object.assign(to.stream, { columns: 20 });
    to.stream.emit("resize");
    progress.end();
    progress.end();
    expect(to.text()).toContain("[ 2/12] tool-error");
    expect(to.text()).not.toContain("[ 1/12]");
    expect(to.text()).toContain("2/12 · 1 landed, 1 …");
    expect(to.stream.listenerCount("resize")).toBe(0);
  });
});

describe("progressStyle", () => {
  it.each([
    ["terminal", true, false, {}],
    ["lines", false, false, {}],
    ["lines", true, false, { TERM: "dumb" }],
    ["lines", true, false, { CI: "true" }],
    ["none", true, true, {}],
  ] as const)("is %s", (style, isTTY, quiet, environment) => {
    expect(progressStyle({ isTTY }, quiet, environment)).toBe(style);
  });
});

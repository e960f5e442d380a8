import { appendFile, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type RunEvent, readEvents } from "@cluster/batch";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { describe, expect, it } from "vitest";
import { EventLog } from "../../src/events/event-log.ts";
import { keepRecords } from "../../src/events/keep-records.ts";
import { madeOutcome, madeReport } from "../report/made-report.ts";

const paused = (at: number): RunEvent => ({
  type: "run.paused",
  at,
  run: "r",
  tool: "sample",
  model: null,
  until: at + 1,
  reason: "quota",
});

async function all(path: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEvents(path)) events.push(event);
  return events;
}

describe("a run's log of events", () => {
  it("holds every event in order, one a line, readable by its owner only", async () => {
    await using folder = await temporaryFolder();
    const log = new EventLog(folder.path, () => {});
    const events = Array.from({ length: 500 }, (_, index) => paused(index));
    for (const event of events.slice(0, 250)) log.append(event);
    await new Promise((resolve) => setImmediate(resolve));
    for (const event of events.slice(250)) log.append(event);
    await log.close();
    const path = join(folder.path, "events.jsonl");
    expect(await all(path)).toEqual(events);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("goes on after the half line of a process that was killed", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "events.jsonl");
    await appendFile(path, `${JSON.stringify(paused(1))}\n{"type":"run.pau`);
    const log = new EventLog(folder.path, () => {});
    log.append(paused(2));
    await log.close();
    expect((await all(path)).map(({ at }) => at)).toEqual([1, 2]);
  });

  it("leaves out what the transcripts have, and the tasks of a report", async () => {
    await using folder = await temporaryFolder();
    const log = new EventLog(folder.path, () => {});
    const text = { type: "text", text: "x" } as const;
    const progress = { type: "turn.progress", at: 1, instance: 0, turn: 1, event: text } as const;
    log.append({ type: "pool", at: 1, run: "r", event: progress });
    const report = madeReport([madeOutcome(0, "landed")]);
    log.append({ type: "run.ended", at: 2, run: "r", report });
    await log.close();
    expect(await all(join(folder.path, "events.jsonl"))).toEqual([
      { type: "run.ended", at: 2, run: "r", report: { ...report, tasks: [] } },
    ]);
  });

  it("tells once that it cannot be written, and harms nobody", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "events.jsonl"));
    await mkdir(join(folder.path, "report.json"));
    const warnings: string[] = [];
    let tell: (event: RunEvent) => void = () => {};
    const end = keepRecords(
      {
        subscribe: (listener) => {
          tell = listener;
          return () => {};
        },
        warn: (text) => warnings.push(text),
      },
      folder.path,
    );
    tell(paused(1));
    await waitFor(() => warnings.length > 0, { what: "the warning" });
    tell(paused(2));
    tell({ type: "run.ended", at: 2, run: "r", report: madeReport([]) });
    await end();
    expect(warnings).toEqual([
      expect.stringMatching(/events\.jsonl cannot be written: EISDIR/),
      expect.stringMatching(/report\.json cannot be written: /),
    ]);
  });

  it("keeps the report of the run", async () => {
    await using folder = await temporaryFolder();
    const report = madeReport([madeOutcome(0, "landed")]);
    const end = keepRecords(
      {
        subscribe: (listener) => {
          listener({ type: "run.ended", at: 2, run: "r", report });
          return () => {};
        },
        warn: () => {},
      },
      folder.path,
    );
    await end();
    expect(JSON.parse(await readFile(join(folder.path, "report.json"), "utf8"))).toEqual(report);
  });
});

describe("reading it", () => {
  it("knows what was moved out of a file that was full, and the log has a ceiling", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "events.jsonl");
    const most = 4_096;
    for (const first of [0, 100]) {
      const log = new EventLog(folder.path, () => {}, most);
      for (let at = first; at < first + 100; at += 1) {
        log.append(paused(at));
        if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await log.close();
    }
    const seen = (await all(path)).map(({ at }) => at);
    const [oldest = 0] = seen;
    expect(oldest).toBeGreaterThan(100);
    expect(seen).toEqual(Array.from({ length: 200 - oldest }, (_, n) => oldest + n));
    const names = await readdir(folder.path);
    expect(names.sort()).toEqual(["events.1.jsonl", "events.jsonl"]);
    for (const name of names) {
      expect((await stat(join(folder.path, name))).size).toBeLessThanOrEqual(most);
    }
  });

  it("follows from one file into the next, and misses nothing on the way", async () => {
    await using folder = await temporaryFolder();
    const log = new EventLog(folder.path, () => {}, 4_096);
    const seen: number[] = [];
    let written = 0;
    const reading = (async () => {
      const isOver = async (): Promise<boolean> => written === 300;
      const path = join(folder.path, "events.jsonl");
      for await (const { at } of readEvents(path, { isOver })) seen.push(at);
    })();
    // No faster than it is read: a reader that sleeps over two files has lost the first of them.
    for (; written < 300; written += 10) {
      for (let at = written; at < written + 10; at += 1) log.append(paused(at));
      await waitFor(() => seen.length === written + 10, { what: "the events to be read" });
    }
    await log.close();
    await reading;
    expect(seen).toEqual(Array.from({ length: 300 }, (_, at) => at));
  });

  it("has nothing where there is no file", async () => {
    expect(await all("/nowhere/events.jsonl")).toEqual([]);
  });

  it("follows what is written until its writer is gone, and misses nothing of its last words", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "events.jsonl");
    await appendFile(path, `${JSON.stringify(paused(1))}\n`);
    let asked = 0;
    const isOver = async (): Promise<boolean> => {
      asked += 1;
      if (asked === 1) await appendFile(path, JSON.stringify(paused(2)));
      if (asked === 2) await appendFile(path, `\n${JSON.stringify(paused(3))}\n`);
      // It ends right after our look at the file.
      if (asked === 3) await appendFile(path, `${JSON.stringify(paused(4))}\n`);
      return asked === 3;
    };
    const seen: number[] = [];
    for await (const { at } of readEvents(path, { isOver })) seen.push(at);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("ends when it is told to", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "events.jsonl");
    await appendFile(path, `${JSON.stringify(paused(1))}\n`);
    const stop = new AbortController();
    const isOver = async (): Promise<boolean> => false;
    for await (const _ of readEvents(path, { isOver, signal: stop.signal })) stop.abort();
  });
});

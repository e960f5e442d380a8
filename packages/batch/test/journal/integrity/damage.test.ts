import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BatchError, createJournal, type Journal, openJournal } from "@cluster/batch";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Chance,
  chanceFrom,
  FILES,
  liveThrough,
  snapshot,
  type Told,
  told,
} from "./sample-history.ts";

const SEEDS = 25;

/** How the process that wrote the journal ended. */
const ENDS = [
  { end: "killed early, all in the write-ahead log", tasks: 40, closed: false },
  { end: "killed late, some of it in the database", tasks: 300, closed: false },
  { end: "closed", tasks: 60, closed: true },
] as const;

describe.each(ENDS)("a journal whose process was $end", ({ tasks, closed }) => {
  let folder: TemporaryFolder;
  let truth: Told;
  let outcomes: Awaited<ReturnType<typeof liveThrough>>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const path = join(folder.path, "whole.sqlite");
    const journal = createJournal(path);
    outcomes = await liveThrough(journal, tasks, chanceFrom(7));
    truth = told(journal);
    if (closed) await journal.close();
    snapshot(path, join(folder.path, "left.sqlite"));
    await journal.close();
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  /** A copy that something happened to, and what. */
  function damagedCopy(chance: Chance): { readonly path: string; readonly what: string } {
    const place = join(folder.path, "copy");
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place);
    const path = join(place, "journal.sqlite");
    snapshot(join(folder.path, "left.sqlite"), path);
    return { path, what: damage(path, chance) };
  }

  test("is as it was, when nothing happened to it", async () => {
    const path = join(folder.path, "again.sqlite");
    snapshot(join(folder.path, "left.sqlite"), path);
    const { journal, damage: found } = openJournal(path);
    expect(found).toBeNull();
    expect(told(journal)).toEqual(truth);
    await journal.close();
  });

  test("tells of whatever happened to it, and never anything wrong", async () => {
    const seen = { intact: 0, rebuilt: 0, refused: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { path, what } = damagedCopy(chanceFrom(seed));
      const about = `seed ${seed}: ${what}`;
      let opened: ReturnType<typeof openJournal>;
      try {
        opened = openJournal(path);
      } catch (error) {
        expect(error, about).toBeInstanceOf(BatchError);
        expect((error as BatchError).code, about).toBe("JOURNAL_DAMAGED");
        seen.refused += 1;
        continue;
      }
      if (opened.damage === null) {
        expect(told(opened.journal), about).toEqual(truth);
        seen.intact += 1;
      } else {
        expect(existsSync(opened.damage.kept), about).toBe(true);
        expect(opened.damage.message, about).toContain(opened.damage.kept);
        expectNothingWrong(opened.journal, about);
        seen.rebuilt += 1;
      }
      await goesOn(opened.journal, path, about);
    }
    // What is refused is what lost its very first row.
    expect(seen.rebuilt).toBeGreaterThan(seen.refused);
    expect(seen.intact + seen.rebuilt + seen.refused).toBe(SEEDS);
  });

  function expectNothingWrong(journal: Journal, about: string): void {
    const { entries } = told(journal);
    for (const { task, token, outcome } of entries) {
      const whole = truth.entries.find((entry) => entry.task.id === task.id);
      expect(task, about).toEqual(whole?.task);
      expect(token, about).toBeLessThanOrEqual(whole?.token ?? -1);
      if (outcome !== null) expect(outcomes.get(task.id), about).toContainEqual(outcome);
      for (const attempt of journal.attempts(task.id)) {
        const one = truth.attempts.get(task.id)?.[attempt.token - 1];
        if (attempt.result !== null) expect(attempt.result, about).toEqual(one?.result);
      }
    }
  }

  /** It takes what is said next, and the next process finds nothing wrong with it any more. */
  async function goesOn(journal: Journal, path: string, about: string): Promise<void> {
    await journal.plan(truth.entries.map(({ task }) => task));
    const [open] = journal.unfinished();
    if (open !== undefined) await journal.open(open.task.id);
    const after = told(journal);
    expect(after.entries, about).toHaveLength(tasks);
    await journal.close();
    const again = openJournal(path);
    expect(again.damage, about).toBeNull();
    expect(told(again.journal), about).toEqual(after);
    await again.journal.close();
  }
});

/** Cuts a file, flips a bit of it, or wipes a part of it. */
function damage(path: string, chance: Chance): string {
  const files = FILES.filter((ending) => existsSync(path + ending));
  // The witness is small: it has its turn less often.
  const ending = files[chance(10) === 0 ? files.length - 1 : chance(files.length - 1)] ?? "";
  const file = path + ending;
  const bytes = readFileSync(file);
  const at = chance(bytes.length);
  const name = `journal.sqlite${ending}`;
  const kind = chance(3);
  if (kind === 0) {
    truncateSync(file, at);
    return `${name} cut at ${at}`;
  }
  const bit = chance(8);
  const end = Math.min(bytes.length, at + 1 + chance(5000));
  if (kind === 1) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  else bytes.fill(0, at, end);
  writeFileSync(file, bytes);
  return kind === 1 ? `bit ${bit} of byte ${at} of ${name}` : `${name} wiped from ${at} to ${end}`;
}

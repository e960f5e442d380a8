import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createJournal, type Journal, openJournal } from "@cluster/batch";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { chanceFrom } from "../integrity/sample-history.ts";
import { sampleTasks } from "../sample-steps.ts";

const TASKS = 2_000;
const KILLS = 4;

/** Has a process record until it has acknowledged so many, kills it, and returns all it acknowledged. */
async function recordUntilKilled(
  path: string,
  durability: string,
  upTo: number,
): Promise<string[]> {
  const program = new URL("./writer.ts", import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    ["--conditions=@cluster/source", program, path, durability],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === upTo) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}

test.each(["process", "power"])(
  "what was acknowledged to a process that is killed is there: durable for %s",
  async (durability) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "journal.sqlite");
    const first = createJournal(path);
    await first.plan(sampleTasks(TASKS));
    await first.close();
    const chance = chanceFrom(durability.length);
    const acknowledged: string[] = [];
    for (let kills = 0; kills < KILLS; kills += 1) {
      const upTo = 1 + chance(TASKS / KILLS);
      acknowledged.push(...(await recordUntilKilled(path, durability, upTo)));
      const { journal, damage } = openJournal(path);
      expect(damage).toBeNull();
      expect(missing(journal, acknowledged)).toEqual([]);
      await journal.close();
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);
  },
);

/** Of what was acknowledged, all that the journal does not have. */
function missing(journal: Journal, acknowledged: readonly string[]): readonly string[] {
  const entries = new Map([...journal.entries()].map((entry) => [entry.task.id, entry]));
  return acknowledged.filter((line) => {
    const [what, id = "", token] = line.split(" ");
    const entry = entries.get(id);
    if (what === "ended") return entry?.outcome?.outcome !== "landed";
    if (what === "opened") return (entry?.token ?? 0) < Number(token);
    const attempt = journal.attempts(id).find((one) => one.token === Number(token));
    return attempt?.result?.evidence.commit !== id;
  });
}

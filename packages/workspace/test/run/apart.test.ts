import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { type Setting, setting } from "../setting.ts";
import { contentOf, RandomCommits, seeded } from "./random-commits.ts";

const STEPS = 25;

/** What git merges, in the words of {@link RunBranch.land}. */
async function mergedByGit(at: Setting, tip: string, commit: string): Promise<unknown> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", tip, commit];
  const { exitCode, stdout } = await execa("git", args, {
    cwd: at.sample.path,
    env: at.environment,
    extendEnv: false,
    reject: false,
  });
  const [tree = "", ...files] = stdout.split("\0");
  if (exitCode === 0) return { kind: "landed", tree: tree.trim() };
  return { kind: "conflict", files: [...new Set(files.filter((file) => file !== ""))] };
}

test.each([1, 2, 3])(
  "whatever commits do, landing is what git merges (seed %i)",
  { timeout: 180_000 },
  async (seed) => {
    await using folder = await temporaryFolder();
    const trace = join(folder.path, "trace");
    const names = ["top.md", "a/1.md", "a/2.md", "a/deep/3.md", "b/4.md", "b/5.md", "c/d/6.md"];
    await using at = await setting({
      files: Object.fromEntries(names.map((name) => [name, contentOf(name)])),
      environment: { GIT_TRACE2_EVENT: trace },
    });
    const random = seeded(seed);
    const source = new RandomCommits(at.sample, at.environment, random);
    await using run = await at.repository.createRun({ run: "r1" });
    const line = [run.base];
    let asTheyAre = 0;
    for (let step = 0; step < STEPS; step++) {
      const tip = run.tip();
      const commit = await source.make(source.pick(line.slice(-5)));
      const expected = await mergedByGit(at, tip, commit);
      const landing = await run.land(commit);
      if (landing.kind === "conflict") {
        expect(landing).toEqual(expected);
        continue;
      }
      line.push(landing.commit);
      if (landing.commit === commit) asTheyAre += 1;
      const format = "--format=%T%x00%P%x00%an <%ae> %at %ai%n%B%x01";
      const args = ["--no-walk=unsorted", format, landing.commit, commit];
      const shown = (await at.sample.git("log", ...args)).split("\u0001");
      // One that landed as it is, is shown once.
      const [landed, made = landed] = shown.filter((one) => one.trim() !== "");
      const [tree, parent, words] = String(landed).split("\0");
      expect({ kind: "landed", tree }).toEqual(expected);
      expect(parent).toBe(tip);
      expect(words).toBe(String(made).split("\0")[2]);
    }
    await at.sample.git("fsck", "--strict");
    const started = await readFile(trace, "utf8");
    const merges = started.match(/"event":"cmd_name".*"name":"merge-tree"/g)?.length ?? 0;
    // Each was merged once by the test itself.
    const byRun = merges - STEPS;
    expect(byRun).toBeGreaterThan(0);
    expect(STEPS - asTheyAre - byRun).toBeGreaterThan(0);
  },
);

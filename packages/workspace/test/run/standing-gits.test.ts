import { isAlive } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { edit, type WorkSetting, workSetting } from "../setting.ts";

const KINDS = ["cat-file --batch", "update-ref --stdin"];

function files(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`d${n % 3}/${n}.md`, "x\n"]));
}

/** The gits that stand for the run of this test, by their kind. */
async function standing(): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const mine = stdout.split("\n").flatMap((line): [string, number][] => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    const kind = KINDS.find((words) => line.includes(words));
    return parent === process.pid && kind !== undefined && pid !== undefined ? [[kind, pid]] : [];
  });
  return new Map(mine);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended, as the one that moves the branch does each second.
  }
}

/** One commit for each file, all made on the run's base. */
async function commitsOnBase({ run, workspace, sample }: WorkSetting): Promise<readonly string[]> {
  const commits: string[] = [];
  for (const file of sample.files) {
    await workspace.reset(run.base);
    commits.push(await edit(workspace, file, "edited"));
  }
  return commits;
}

async function expectAll({ run, sample }: WorkSetting): Promise<void> {
  const subjects = await sample.git("log", "--reverse", "--format=%s", `${run.base}..${run.ref}`);
  expect(subjects.split("\n")).toEqual(sample.files.map((file) => `Add edited to ${file}`));
  for (const file of sample.files) {
    expect(await sample.git("show", `${run.ref}:${file}`)).toBe("x\nedited");
  }
  await sample.git("fsck", "--strict");
}

test("landing goes on whichever of the gits that stand is killed", async () => {
  await using at = await workSetting({ files: files(KINDS.length + 2) });
  const commits = await commitsOnBase(at);
  const killed: number[] = [];
  for (const [index, commit] of commits.entries()) {
    expect((await at.run.land(commit)).kind).toBe("landed");
    const pid = (await standing()).get(KINDS[index - 1] ?? "");
    if (pid === undefined) continue;
    kill(pid);
    killed.push(pid);
  }
  expect(killed).toHaveLength(KINDS.length);
  await expectAll(at);
});

test("landing goes on when all of them are killed in the midst of it", async () => {
  await using at = await workSetting({ files: files(16) });
  const commits = await commitsOnBase(at);
  let landed = 0;
  const landings = commits.map((commit) =>
    at.run.land(commit).then(({ kind }) => {
      landed += 1;
      return kind;
    }),
  );
  for (let times = 0; landed < commits.length; times++) {
    for (const pid of (await standing()).values()) if (times < 5) kill(pid);
  }
  expect(new Set(await Promise.all(landings))).toEqual(new Set(["landed"]));
  await expectAll(at);
});

test("what git packs and cleans up meanwhile is found where it is then", async () => {
  await using at = await workSetting({ files: files(6) });
  const commits = await commitsOnBase(at);
  for (const commit of commits) {
    expect((await at.run.land(commit)).kind).toBe("landed");
    await at.sample.git("gc", "--quiet");
    await at.sample.git("pack-refs", "--all");
    await at.sample.git("repack", "-a", "-d", "-f", "--quiet");
  }
  await expectAll(at);
});

test("an environment that keeps git's answers back is not theirs", async () => {
  await using at = await workSetting({ files: files(3), environment: { GIT_FLUSH: "0" } });
  for (const commit of await commitsOnBase(at)) {
    expect((await at.run.land(commit)).kind).toBe("landed");
  }
  await expectAll(at);
});

test("none is left when the run is disposed of", async () => {
  await using at = await workSetting({ files: files(2) });
  for (const commit of await commitsOnBase(at)) await at.run.land(commit);
  const pids = [...(await standing()).values()];
  expect(pids).toHaveLength(KINDS.length);
  await at.run.dispose();
  expect(pids.filter(isAlive)).toEqual([]);
});

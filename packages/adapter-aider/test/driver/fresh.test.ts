import { readFile, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { documentIdLine, type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aiderFixture, type Fixture } from "../support/fixture.ts";

const TASKS = 6;

async function parentOf(pid: number | null | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

describe.runIf(process.platform === "linux")("a fresh process for each task", () => {
  let folder: TemporaryFolder;
  let fixture: Fixture;

  beforeAll(async () => {
    folder = await temporaryFolder();
    fixture = await aiderFixture({
      files: Object.fromEntries(
        Array.from({ length: TASKS }, (_, at) => [`page-${at}.md`, `# ${at}\n`]),
      ),
      cwd: async ({ git }) => {
        const trees = [0, 1].map((instance) => join(folder.path, `tree-${instance}`));
        for (const tree of trees) await git("worktree", "add", "--quiet", "--detach", tree);
        return async (instance) => trees[instance] ?? "";
      },
      pool: { size: 2, spares: 2, afterTurn: "replace" },
    });
  });

  afterAll(async () => {
    await fixture?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  test("it remembers nothing, and works in the folder of its instance, spares too", async () => {
    const { pool, model, repository } = fixture;
    const pids: unknown[] = [];
    for (let task = 0; task < TASKS; task += 1) {
      // So that it is a spare which takes over, from the second task of an instance on.
      await waitFor(() => pool.status().spares.ready === 2, { timeoutMs: 60_000 });
      model.clearCalls();
      const instance = task % 2;
      await using lease = await pool.lease({ instance });
      const { pid, generation } = pool.status().instances[instance] ?? {};
      pids.push(pid);
      const tree = await realpath(join(folder.path, `tree-${instance}`));
      expect(await readlink(`/proc/${pid}/cwd`)).toBe(tree);
      const file = `page-${task}.md`;
      await lease.run({ message: `Wish number ${task}`, files: [file] });
      expect(model.calls).toHaveLength(1);
      const said = JSON.stringify(model.calls[0]?.messages);
      expect(said.match(/Wish number \d/g)).toEqual([`Wish number ${task}`]);
      expect(said.match(/page-\d\.md/g)?.every((name) => name === file)).toBe(true);
      expect(await repository.git("-C", tree, "show", `:${file}`)).toBe(`# ${task}`);
      const changed = await repository.git("-C", tree, "diff", "--unified=0", "--", file);
      expect(changed).toContain(documentIdLine(file));
      expect(generation).toBeGreaterThanOrEqual(Math.floor(task / 2) + 1);
    }
    expect(new Set(pids).size).toBe(TASKS);
  });

  test("a server that is killed in a turn costs that turn only", async () => {
    const { pool, model } = fixture;
    model.setBehaviour({ kind: "hang" });
    const task = { message: "Add an id", files: ["page-0.md"] };
    const turn = pool.run(task);
    const refused = expect(turn).rejects.toMatchObject({ code: "PROCESS_EXITED" });
    await waitFor(() => model.inFlight === 1);
    const working = pool.status().instances.find(({ inFlight }) => inFlight === 1);
    process.kill(await parentOf(working?.pid), "SIGKILL");
    await refused;
    model.setBehaviour({ kind: "edit" });
    expect((await fixture.tell({ message: "Add an id", files: ["page-1.md"] })).error).toBeNull();
  });

  test("nothing is left of it at the end", async () => {
    await fixture.pool.shutdown();
    await waitFor(() => fixture.processes().length === 0, { what: "the end of all processes" });
    expect(await fixture.temporaryFiles()).toEqual([]);
  });
});

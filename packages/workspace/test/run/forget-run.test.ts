import { expect, test } from "vitest";
import { edit, workSetting } from "../setting.ts";

test("what another branch has is removed, and what nothing has stays until it is forced", async () => {
  await using set = await workSetting();
  const { run, workspace, repository, sample } = set;
  await run.land(await edit(workspace, "docs/page-001.md", "landed"));
  await workspace.reset();
  const parked = await edit(workspace, "docs/page-002.md", "parked");
  const ref = await run.park(parked, "t2");
  await run.deliver();
  await run.dispose();
  const first = await repository.forgetRun({ run: "r1" });
  expect(first).toEqual({ removed: [], kept: [{ ref, commit: parked, reason: "unmerged" }] });
  expect(await sample.git("rev-parse", ref)).toBe(parked);
  await sample.git("branch", "mine", parked);
  expect(await repository.forgetRun({ run: "r1" })).toEqual({ removed: [ref], kept: [] });

  await sample.git("update-ref", ref, parked);
  await sample.git("branch", "-D", "mine");
  expect(await repository.forgetRun({ run: "r1", force: true })).toEqual({
    removed: [ref],
    kept: [],
  });
  expect(await sample.git("for-each-ref", "refs/cluster")).toBe("");
});

test("the run's branch goes when the user has merged or squashed it, and not before", async () => {
  await using set = await workSetting();
  const { run, workspace, repository, sample } = set;
  await run.land(await edit(workspace, "docs/page-001.md", "landed"));
  await run.dispose();
  const ref = "refs/heads/cluster/r1";
  expect((await repository.forgetRun({ run: "r1" })).kept).toMatchObject([{ reason: "unmerged" }]);
  await sample.git("merge", "--squash", "--quiet", "cluster/r1");
  await sample.git("commit", "--quiet", "-m", "All of it");
  expect(await repository.forgetRun({ run: "r1" })).toEqual({ removed: [ref], kept: [] });
});

test("a branch that somebody stands on stays, whatever is forced; other runs are not touched", async () => {
  await using set = await workSetting();
  const { run, workspace, repository, sample } = set;
  await run.land(await edit(workspace, "docs/page-001.md", "landed"));
  await run.dispose();
  await sample.git("update-ref", "refs/cluster/r10/t1", "HEAD");
  await sample.git("checkout", "--quiet", "cluster/r1");
  const { removed, kept } = await repository.forgetRun({ run: "r1", force: true });
  expect(removed).toEqual([]);
  expect(kept).toMatchObject([{ ref: "refs/heads/cluster/r1", reason: "checked-out" }]);
  expect(await sample.git("for-each-ref", "--format=%(refname)", "refs/cluster")).toBe(
    "refs/cluster/r10/t1",
  );
});

import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { sampleRepository, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { mainCheckoutOf } from "../../src/command/main-checkout.ts";

test("a worktree, and any folder in it, has a main checkout", async () => {
  await using repository = await sampleRepository();
  await using elsewhere = await temporaryFolder();
  const worktree = join(elsewhere.path, "tree");
  await repository.git("worktree", "add", "--quiet", "--detach", worktree);
  const inside = join(worktree, "deep", "er");
  await mkdir(inside, { recursive: true });
  const checkout = await realpath(repository.path);
  expect(await mainCheckoutOf(worktree)).toBe(checkout);
  expect(await mainCheckoutOf(inside)).toBe(checkout);
});

test("the main checkout itself, a submodule, a separate git folder and no repository have none", async () => {
  await using repository = await sampleRepository();
  await using other = await sampleRepository();
  await using elsewhere = await temporaryFolder();
  await repository.git(
    ...["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.path, "sub"],
  );
  const separate = join(elsewhere.path, "separate");
  const gitFolder = join(elsewhere.path, "separate.git");
  await repository.git("init", "--quiet", `--separate-git-dir=${gitFolder}`, separate);
  for (const folder of [
    repository.path,
    join(repository.path, "sub"),
    separate,
    elsewhere.path,
    join(elsewhere.path, "absent"),
  ]) {
    expect(await mainCheckoutOf(folder)).toBeNull();
  }
});

import { execFileSync } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, type TemporaryFolder, temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { edit, type Setting, setting } from "../setting.ts";

interface Hanging extends Setting {
  /** Resolves to its pid when it hangs. */
  hung(): Promise<number>;
}

/** A `git` that does `first` when it is asked for the first time to stay for `command`, and stops then. */
async function hanging(command: string, first: string): Promise<Hanging> {
  const folder: TemporaryFolder = await temporaryFolder();
  const git = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const bin = join(folder.path, "bin");
  const file = join(folder.path, "hung");
  await mkdir(bin);
  const script = `#!/bin/sh
case " $* " in *" ${command} "*)
  if mkdir '${folder.path}/armed' 2> /dev/null; then
    GIT='${git}'; ${first}; echo $$ > '${file}.new'; mv '${file}.new' '${file}'; kill -STOP $$
  fi;;
esac
exec '${git}' "$@"
`;
  await writeFile(join(bin, "git"), script, { mode: 0o755 });
  const at = await setting({
    files: { "a.md": "a\n", "b.md": "b\n" },
    environment: { PATH: `${bin}:${process.env.PATH}` },
  });
  return {
    ...at,
    hung: () => waitFor(async () => Number(await readFile(file, "utf8")), { timeoutMs: 30_000 }),
    async [Symbol.asyncDispose]() {
      await at[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const READ = "read start; read update; read commit";
const LOCK = ".git/refs/heads/cluster/r1.lock";

test.each([
  ["before it has moved the branch", `${READ}; : > ${LOCK}`, false],
  [
    "after it has moved the branch",
    `${READ}; "$GIT" $(echo $update | sed s/update/update-ref/)`,
    true,
  ],
])("a landing is given up whose git hangs %s", async (_, first, moved) => {
  await using at = await hanging("update-ref --stdin", first);
  await using run = await at.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  const commit = await edit(workspace, "a.md", "one");
  const controller = new AbortController();
  const landing = run.land(commit, { signal: controller.signal });
  const pid = await at.hung();
  controller.abort(new Error("Enough."));
  if (moved) expect(await landing).toEqual({ kind: "landed", commit });
  else await expect(landing).rejects.toThrow("Enough.");
  await waitFor(() => !isAlive(pid), { what: "it to be gone" });
  expect(await at.sample.git("rev-parse", run.ref)).toBe(moved ? commit : run.base);
  expect(run.tip()).toBe(moved ? commit : run.base);
  await expect(access(join(at.sample.path, LOCK))).rejects.toThrow("ENOENT");
  expect(await run.land(commit)).toEqual({ kind: "landed", commit });
});

test("a commit is given up whose git hangs, and can be made again", async () => {
  await using at = await hanging("cat-file --batch", "read id");
  await using run = await at.repository.createRun({ run: "r1" });
  const workspace = await run.openWorkspace(0);
  await writeFile(join(workspace.path, "a.md"), "changed\n");
  const controller = new AbortController();
  const options = { paths: ["a.md"], message: "Change a" };
  const committing = workspace.commit({ ...options, signal: controller.signal });
  const pid = await at.hung();
  controller.abort(new Error("Enough."));
  await expect(committing).rejects.toThrow("Enough.");
  await waitFor(() => !isAlive(pid), { what: "it to be gone" });
  const commit = String(await workspace.commit(options));
  expect(await run.land(commit)).toEqual({ kind: "landed", commit });
});

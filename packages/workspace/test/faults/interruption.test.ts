import { access, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { workSetting, write } from "../setting.ts";

/** A clean filter that says that it began and then waits for leave. */
async function slowFilter(
  path: string,
): Promise<{ began: string; leave: string; config: string[] }> {
  const began = join(path, ".git/began");
  const leave = join(path, ".git/leave");
  const wait = `touch '${began}'; while [ ! -e '${leave}' ]; do sleep 0.02; done; cat`;
  return { began, leave, config: ["config", "filter.slow.clean", wait] };
}

test("an aborted commit ends git, leaves no lock, and the next one works", async () => {
  await using at = await workSetting({
    files: { ".gitattributes": "*.md filter=slow\n", "a.md": "a\n" },
  });
  const filter = await slowFilter(at.sample.path);
  await at.sample.git(...filter.config);
  await write(at.workspace, "a.md", "changed\n");
  const controller = new AbortController();
  const reason = new Error("second ^C");
  const commit = at.workspace.commit({ paths: "all", message: "x", signal: controller.signal });
  const rejected = expect(commit).rejects.toBe(reason);
  await waitFor(() => access(filter.began).then(() => true));
  controller.abort(reason);
  await rejected;
  await writeFile(filter.leave, "");
  expect(await at.workspace.commit({ paths: "all", message: "x" })).not.toBeNull();
});

test("^C on the terminal reaches the program's whole process group, and git finishes all the same", async () => {
  await using at = await workSetting({
    files: { ".gitattributes": "*.md filter=slow\n", "a.md": "a\n" },
  });
  const filter = await slowFilter(at.sample.path);
  await at.sample.git(...filter.config);
  const program = `
    import { openRepository } from "@cluster/workspace";
    import { writeFile } from "node:fs/promises";
    process.on("SIGINT", () => {});
    const [root, directory] = process.argv.slice(1);
    const repository = await openRepository(root, { directory });
    await using run = await repository.createRun({ run: "interrupted" });
    const workspace = await run.openWorkspace(0);
    await writeFile(workspace.path + "/a.md", "changed");
    console.log(await workspace.commit({ paths: "all", message: "x" }));`;
  const child = execa(
    process.execPath,
    [
      "--conditions=@cluster/source",
      "--input-type=module-typescript",
      "-e",
      program,
      at.sample.path,
      at.worktrees,
    ],
    { cwd: import.meta.dirname, env: at.environment, detached: true, reject: false },
  );
  await waitFor(() => access(filter.began).then(() => true));
  process.kill(-(child.pid as number), "SIGINT");
  await writeFile(filter.leave, "");
  const { stdout, exitCode } = await child;
  expect(exitCode).toBe(0);
  expect(await at.sample.git("show", `${stdout}:a.md`)).toBe("changed");
  await rm(filter.leave);
  expect(await readFile(join(at.sample.path, "a.md"), "utf8")).toBe("a\n");
});

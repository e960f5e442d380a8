import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";
import { runHere } from "../harness/in-process.ts";
import { cluster } from "../harness/runs.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.md": "# A\n", "b.md": "# B\n", ".gitignore": ".env\n" });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const RUN = ["-m", "Add a header", "*.md", "-q"];

describe("--land", () => {
  it("squash: one commit that lists the tasks", async () => {
    const { code, stdout } = await bench.run([...RUN, "--land", "squash"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 edits landed on main; each task's own commit is kept as refs\//);
    expect(await bench.repository.git("rev-list", "--count", "HEAD")).toBe("2");
    const log = /^ {2}git (log .*)$/m.exec(stdout)?.[1] ?? "";
    expect(await bench.repository.git(...log.split(" "), "-1")).toMatch(/a\.md[\s\S]*b\.md/);
    await bench.expectNothingLeft();
  });

  it("branch: nothing is checked out, and the report names the command", async () => {
    const { code, stdout } = await bench.run([...RUN, "--land", "branch"]);
    expect(code).toBe(0);
    expect(await bench.repository.git("rev-list", "--count", "HEAD")).toBe("1");
    const merge = /^ {2}git (merge .*)$/m.exec(stdout)?.[1] ?? "";
    await bench.repository.git(...merge.split(" "));
    expect(await bench.repository.read("b.md")).toContain("DOC_ID");
    await bench.expectNothingLeft({ branches: 1 });
  });

  it("patches: a file for each task, in the folder that is named, and git am takes them", async () => {
    const folder = join(bench.cli.home, "out of here");
    const { code, stdout } = await bench.run([...RUN, "--json", "--land", `patches=${folder}`]);
    expect(code).toBe(0);
    const { delivery } = JSON.parse(stdout) as RunReport;
    expect(delivery).toMatchObject({ kind: "patches", folder, files: 2 });
    const files = (await readdir(folder)).map((name) => join(folder, name)).sort();
    expect(await bench.repository.git("rev-list", "--count", "HEAD")).toBe("1");
    await bench.repository.git("am", "-q", ...files);
    expect(await bench.repository.read("a.md")).toContain("DOC_ID");
    await bench.expectNothingLeft();
  });

  it("comes from the configuration, with a folder beside that file, and is shown by a dry run", async () => {
    await bench.repository.write("sub/land.config.yaml", "land: patches=out\n");
    const args = ["run", "-m", "x", "*.md", "--config", "sub/land.config.yaml", "--dry-run"];
    const { stdout } = await runHere(bench.cli, args, { cwd: bench.repository.path });
    expect(stdout).toContain(`land:    patches=${join(bench.repository.path, "sub/out")}`);
  });

  it.each(["sqash", "patches="])("refuses %s", async (how) => {
    const { code, stderr } = await bench.runHere([...RUN, "--land", how]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/merge, squash, rebase, branch, patches or patches=FOLDER/);
  });
});

it.each([
  ["--land", "squash"],
  ["--setup", "true"],
])("%s makes no sense in place", async (...flag) => {
  const { code, stderr } = await bench.runHere([...RUN, "--in-place", ...flag]);
  expect(code).toBe(2);
  expect(stderr).toContain(`--in-place and ${flag[0]} are both set`);
});

describe("--verify-run", () => {
  it("what it refuses stays, which the list of runs and a landing later say", async () => {
    const { code } = await bench.run([...RUN, "--verify-run", "exit 1"]);
    expect(code).toBe(1);
    const status = await cluster(bench, "status");
    const refused = "the check of the whole run refused it";
    expect(status.stdout).toMatch(new RegExp(`complete .* 2 landed +${refused}\n$`));
    const { stdout } = await cluster(bench, "land");
    expect(stdout).toMatch(
      new RegExp(
        `^Run \\w+ has landed on main\\. It had stayed on its own branch: ${refused}\\.\n$`,
      ),
    );
    expect((await cluster(bench, "status")).stdout).toMatch(/2 landed\n$/);
    await bench.expectNothingLeft();
  });
});

describe("--setup", () => {
  it("runs in each worktree before its first task", async () => {
    await bench.repository.write(".env", "KEY=1\n");
    const setup = 'cp "$CLUSTER_ROOT/.env" .';
    const verify = "grep -q KEY=1 .env";
    const { code, stdout } = await bench.run([...RUN, "--setup", setup, "--verify", verify]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/landed +2/);
    await bench.expectNothingLeft();
  });

  it("ends the run when it fails, with what it printed and where it came from", async () => {
    const { code, stdout } = await bench.run([...RUN, "--setup", "echo no such package; exit 3"]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("The setup command exited with code 3");
    expect(stdout).toContain("no such package");
    await bench.expectNothingLeft();
  });
});

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { waitFor } from "@cluster/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Cli, type CliResult, createCli, SAMPLE_CONFIG } from "../harness/cli.ts";
import { runHere } from "../harness/in-process.ts";

let cli: Cli;
let folder: string;
beforeEach(async () => {
  cli = await createCli();
  folder = join(cli.home, "notes");
  await mkdir(folder);
  for (const name of ["a.md", "b.md", "c.md"]) await writeFile(join(folder, name), `# ${name}\n`);
});
afterEach(async () => {
  await cli.nothingLeft();
  await cli[Symbol.asyncDispose]();
});

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const run = (...args: readonly string[]): Promise<CliResult> =>
  cli.run(["run", "--config", SAMPLE_CONFIG, ...args], { cwd: folder });

it("a folder without git is told of --in-place, which works, and undo takes it back", async () => {
  const refused = await run("-m", "edit", "*.md");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("is in no git repository");
  expect(refused.stderr).toContain("--in-place");

  const message = "edit [fake:only=b.md:after-edit=fail=refused]";
  const { code, stdout } = await run(
    "-m",
    message,
    "*.md",
    "--in-place",
    "--verify",
    "test -s a.md",
  );
  expect(code).toBe(1);
  expect(stdout).toContain(`2 edits made in place in ${folder}`);
  expect(await read("a.md")).toContain("DOC_ID");
  expect(await read("b.md")).toBe("# b.md\n");
  expect(existsSync(join(folder, ".git"))).toBe(false);

  const [, command = ""] = /^ {2}cluster (undo \w+)$/m.exec(stdout) ?? [];
  const undone = await runHere(cli, command.split(" "), { cwd: folder });
  expect(undone.stdout).toMatch(/^2 files in .* as before run \w+:\n {2}a\.md\n {2}c\.md\n$/);
  expect(undone.code).toBe(0);
  expect(await read("a.md")).toBe("# a.md\n");
  const again = await runHere(cli, ["undo", "--json"], { cwd: folder });
  expect(JSON.parse(again.stdout)).toMatchObject({ restored: [], changed: [] });
});

it("a file that was changed since is not taken back", async () => {
  await run("-m", "edit", "a.md", "--in-place");
  await writeFile(join(folder, "a.md"), "mine\n");
  const { code, stdout } = await runHere(cli, ["undo", "last"], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toContain("Left as they are, since they were changed after the run:\n  a.md");
  expect(await read("a.md")).toBe("mine\n");
});

it("what landed and stands is not made again on top of itself: undo comes first", async () => {
  await run("-m", "edit", "*.md", "--in-place");
  const { code, stderr } = await runHere(cli, ["retry", "--outcome", "landed"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("would be made once more on top of that");
  expect(stderr).toMatch(/cluster undo \w+.*cluster resume \w+/);
});

it("after undo nothing is told as landed, and resume makes it again", async () => {
  const message = "edit [fake:only=b.md:first=1:fail=refused]";
  const env = { SAMPLE_AGENT_STATE: cli.home };
  const args = ["run", "--config", SAMPLE_CONFIG, "-m", message, "*.md", "--in-place"];
  await cli.run([...args, "--retries", "0"], { cwd: folder, env });
  await runHere(cli, ["undo"], { cwd: folder });
  const status = await runHere(cli, ["status", "last", "--json"], { cwd: folder });
  const { run: id, ...told } = JSON.parse(status.stdout);
  expect(told).toMatchObject({
    ...{ phase: "undone", open: 2, counts: { landed: 0 }, next: `cluster resume ${id}` },
  });
  const shown = await runHere(cli, ["show"], { cwd: folder });
  expect(shown.stdout).toContain(`What landed was taken back: 2 files in ${folder} as before.`);
  expect(shown.stdout).toMatch(/^Go on with it:\n {2}cluster resume \w+$/m);
  const none = await runHere(cli, ["retry", "--outcome", "landed"], { cwd: folder });
  expect(none.stderr).toContain(`2 more without an outcome: cluster resume ${id}`);

  const again = await cli.run(["resume"], { cwd: folder, env });
  expect(again.stderr).toContain(`Run ${id} goes on\nWhat was taken back of it is made again\n`);
  expect(again.stdout).toContain(`2 edits made in place in ${folder}`);
  for (const name of ["a.md", "c.md"]) expect(await read(name)).toContain("DOC_ID");
  await runHere(cli, ["undo"], { cwd: folder });
  const all = await cli.run(["retry"], { cwd: folder, env });
  expect(all.stdout).toContain(`3 edits made in place in ${folder}`);
  for (const name of ["a.md", "b.md", "c.md"]) expect(await read(name)).toContain("DOC_ID");
  await runHere(cli, ["undo"], { cwd: folder });
  const cleaned = await runHere(cli, ["clean", "last"], { cwd: folder });
  expect(cleaned.code).toBe(0);
  expect((await runHere(cli, ["status"], { cwd: folder })).stdout).toContain("No run is kept here");
});

it("where nothing landed, it is the folder that is as it was", async () => {
  const { stdout } = await run("-m", "edit [fake:no-change]", "a.md", "--in-place");
  expect(stdout).toContain("Nothing landed; the folder is as it was.");
});

it("changes by the way are told and stay", async () => {
  const { code, stdout } = await run("-m", "edit [fake:outside=other.txt]", "a.md", "--in-place");
  expect(code).toBe(0);
  expect(stdout).toMatch(/outside of the tasks' own changed[^|]*\n *other\.txt +added/);
  expect(await read("other.txt")).toContain("outside");
});

it("the configuration can say so, and a contradiction is refused", async () => {
  const config = join(folder, "own.config.ts");
  const lines = [
    `import sample from ${JSON.stringify(pathToFileURL(SAMPLE_CONFIG))};`,
    "export default { ...sample, inPlace: true };",
  ];
  await writeFile(config, lines.join("\n"));
  const args = ["run", "-m", "edit", "*.md", "--config", config];
  const plan = await runHere(cli, [...args, "--dry-run"], { cwd: folder });
  expect(plan).toMatchObject({ code: 0, stderr: "" });
  expect(plan.stdout).toContain("place:   in place");
  const refused = await runHere(cli, [...args, "--allow-outside"], { cwd: folder });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--in-place and --allow-outside");
});

it("^C twice leaves every file as it was or as it landed", async () => {
  const message = "edit [fake:only=b.md:after-edit=hang] [fake:only=c.md:after-edit=hang]";
  const args = ["run", "--config", SAMPLE_CONFIG, "-m", message, "*.md", "--in-place"];
  const running = cli.start(args, { cwd: folder });
  const edited = async (): Promise<boolean> =>
    (await read("b.md")).includes("DOC_ID") && (await read("c.md")).includes("DOC_ID");
  await waitFor(edited, { what: "edits under way" });
  await waitFor(() => running.said().includes("landed"), { what: "the first to land" });
  running.kill("SIGINT");
  await waitFor(() => running.said().includes("press ^C again"), { what: "the first ^C" });
  running.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
  expect(await read("a.md")).toContain("DOC_ID");
  for (const name of ["b.md", "c.md"]) expect(await read(name)).toBe(`# ${name}\n`);
});

it("kill -9, status and resume: what was under way is brought back first, and then made", async () => {
  const message = "[fake:no-change] [fake:append=once\\n] [fake:first=1:only=b.md:after-edit=hang]";
  const args = ["run", "--config", SAMPLE_CONFIG, "-m", message, "*.md", "--in-place", "-w", "2"];
  const running = cli.start(args, { cwd: folder, env: { SAMPLE_AGENT_STATE: cli.home } });
  await waitFor(async () => (await read("b.md")).includes("once"), { what: "half an edit" });
  running.kill("SIGKILL");
  expect((await running.ended).code).toBe("SIGKILL");
  expect(await read("b.md")).toBe("# b.md\nonce\n");

  const status = await runHere(cli, ["status", "last"], { cwd: folder });
  expect(status).toMatchObject({ code: 0, stderr: "" });
  const env = { SAMPLE_AGENT_STATE: cli.home };
  const { code, stdout } = await cli.run(["resume", "last"], { cwd: folder, env });
  expect(stdout).toContain("3 edits made in place");
  expect(stdout).toContain("An attempt was cut short; what it had edited is kept as");
  expect(code).toBe(0);
  for (const name of ["a.md", "b.md", "c.md"]) expect(await read(name)).toBe(`# ${name}\nonce\n`);
});

it("the first tasks are told with what they changed, since no commit has it", async () => {
  const { code, stderr } = await run("-m", "edit", "*.md", "--in-place", "--canary", "1");
  expect(code).toBe(0);
  expect(stderr).toMatch(/^\[1\/3\] landed a\.md .*\nmodified a\.md \+1 -0\nEstimate for the 2 /m);
});

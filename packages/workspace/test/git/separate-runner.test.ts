import { sampleRepository, waitFor } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { gitEnvironment } from "../../src/git/environment.ts";
import { type GitRequest, runGitHere } from "../../src/git/run-git.ts";
import { runGitSeparately } from "../../src/git/separate-runner.ts";

const environment = gitEnvironment(process.env);

function request(
  cwd: string,
  args: readonly string[],
  input: Uint8Array | null = null,
): GitRequest {
  return { cwd, args, environment, input };
}

test("git answers the same from a process of its own, byte for byte", async () => {
  await using repository = await sampleRepository();
  const bytes = Buffer.from([0, 1, 0x0a, 0xff, 0xc3, 0xa4]);
  for (const args of [["hash-object", "-w", "--stdin"], ["status"], ["no-such-command"]]) {
    const asked = request(repository.path, args, bytes);
    const [here, there] = await Promise.all([runGitHere(asked), runGitSeparately(asked)]);
    expect({ ...there, message: "" }).toEqual({ ...here, message: "" });
  }
  const { stdout } = await runGitSeparately(
    request(repository.path, ["hash-object", "-w", "--stdin"], bytes),
  );
  const read = await runGitSeparately(
    request(repository.path, ["cat-file", "blob", stdout.trim()]),
  );
  expect(Buffer.from(read.stdout, "latin1")).toEqual(bytes);
});

test("a git that is given up ends, and the runner serves the next one", async () => {
  await using repository = await sampleRepository();
  const controller = new AbortController();
  // A length that no other process sleeps.
  const marker = `sleep 600.${process.pid}`;
  const running = runGitSeparately(
    request(repository.path, ["-c", `alias.hang=!${marker}`, "hang"]),
    controller.signal,
  );
  const alive = async (): Promise<boolean> =>
    (await execa("ps", ["-A", "-o", "args="])).stdout.includes(marker);
  await waitFor(alive);
  controller.abort();
  expect((await running).exitCode).toBeNull();
  await waitFor(async () => !(await alive()));
  expect((await runGitSeparately(request(repository.path, ["rev-parse", "HEAD"]))).exitCode).toBe(
    0,
  );
});

test("a runner that is killed is replaced at once, and says what became of its gits", async () => {
  await using repository = await sampleRepository();
  const asked = request(repository.path, ["rev-parse", "HEAD"]);
  await runGitSeparately(asked);
  const listed = await execa("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const runner = listed.stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, parent, ...args]) => {
      return Number(parent) === process.pid && args.join(" ").includes("runner-process");
    });
  process.kill(Number(runner?.[0]), "SIGKILL");
  const first = await runGitSeparately(asked);
  if (first.exitCode !== 0) expect(first).toMatchObject({ exitCode: null, killed: true });
  expect(await runGitSeparately(asked)).toMatchObject({ exitCode: 0, killed: false });
});

test("a folder that is not there is told as what it is", async () => {
  const outcome = await runGitSeparately(request("/no/such/folder", ["status"]));
  expect(outcome).toMatchObject({ exitCode: null, startError: "ENOENT" });
});

test("the runner ends with the last run that holds it, after what it still does", async () => {
  const program = `
    import { holdRunner, runGitSeparately } from ${JSON.stringify(new URL("../../src/git/separate-runner.ts", import.meta.url).href)};
    const { execFileSync } = await import("node:child_process");
    const runners = () => execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" }).split("\\n").filter((line) => Number.parseInt(line) === process.pid && line.includes("runner-process")).length;
    const git = () => runGitSeparately({ args: ["--version"], cwd: "/", environment: { PATH: process.env.PATH }, input: null });
    const [one, two] = [holdRunner(), holdRunner()];
    await git();
    const counts = [runners()];
    await one();
    await one();
    counts.push(runners());
    const last = git();
    await two();
    counts.push(runners(), (await last).exitCode);
    console.log(counts.join(" "));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", program]);
  expect(stdout).toBe("1 1 0 0");
});

test("the runner keeps no program alive, and ends with it", async () => {
  const program = `
    import { holdRunner, runGitSeparately } from ${JSON.stringify(new URL("../../src/git/separate-runner.ts", import.meta.url).href)};
    await runGitSeparately({ args: ["--version"], cwd: "/", environment: { PATH: process.env.PATH }, input: null });
    const { execFileSync } = await import("node:child_process");
    const children = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
    const mine = children.split("\\n").map((line) => line.trim().split(/\\s+/)).filter(([, parent, ...args]) => Number(parent) === process.pid && args.join(" ").includes("runner-process"));
    console.log(mine.map(([pid]) => pid).join(" "));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", program]);
  expect(stdout).toMatch(/^\d+$/);
  await waitFor(async () => {
    const { stdout: all } = await execa("ps", ["-A", "-o", "pid=,stat="]);
    return !all.split("\n").some((line) => line.trim().startsWith(`${stdout} `) && !/Z/.test(line));
  });
});

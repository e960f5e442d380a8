import { isAlive, sampleRepository, waitFor } from "@cluster/testkit";
import { execa } from "execa";
import { expect, test } from "vitest";
import { gitEnvironment } from "../../src/git/environment.ts";
import { ObjectReader } from "../../src/standing/object-reader.ts";
import { StandingGit } from "../../src/standing/standing-git.ts";

const environment = gitEnvironment(process.env);

function line(bytes: Buffer): { answer: string; length: number } | null {
  const end = bytes.indexOf("\n");
  return end === -1 ? null : { answer: bytes.toString("utf8", 0, end), length: end + 1 };
}

test("many questions at once are answered in their order, by one git", async () => {
  await using sample = await sampleRepository({ files: 20 });
  const ids = (await sample.git("ls-tree", "-r", "--format=%(objectname)", "HEAD")).split("\n");
  const git = new StandingGit({
    args: ["cat-file", "--batch-check"],
    cwd: sample.path,
    environment,
  });
  const answers = await Promise.all([...ids, ...ids].map((id) => git.ask(`${id}\n`, line)));
  expect(answers.map((answer) => answer.split(" ")[0])).toEqual([...ids, ...ids]);
  await git.end();
  await expect(git.ask("x\n", line)).rejects.toThrow("told to end");
});

test("one that dies is told of by its question, and the next question has another one", async () => {
  await using sample = await sampleRepository();
  // It stops itself before it answers, so that it can be killed with a question open.
  const alias = `!f() { while read -r word; do case $word in pid) echo $$;; die) kill -9 $$;; esac; done; }; f`;
  const args = ["-c", `alias.stand=${alias}`, "stand"];
  const git = new StandingGit({ args, cwd: sample.path, environment });
  const first = Number(await git.ask("pid\n", line));
  await expect(git.ask("die\n", line)).rejects.toThrow("ended");
  const second = Number(await git.ask("pid\n", line));
  expect(second).not.toBe(first);
  git.renew();
  const third = Number(await git.ask("pid\n", line));
  expect(third).not.toBe(second);
  await git.end();
  expect([first, second, third].filter(isAlive)).toEqual([]);
});

/** A git that is a shell, which does what it reads. */
function shell(cwd: string, patienceMs?: number): StandingGit {
  const args = ["-c", "alias.stand=!exec sh -s", "stand"];
  return new StandingGit({ args, cwd, environment, ...(patienceMs && { patienceMs }) });
}

const STOP = "echo $$; kill -STOP $$\n";

test("one that hangs is ended, and what it was asked is told of when it is gone", async () => {
  await using sample = await sampleRepository();
  const git = shell(sample.path, 300);
  const pid = Number(await git.ask("echo $$\n", line));
  const hung = git.ask("kill -STOP $$; echo late\n", line);
  const behind = git.ask("echo behind\n", line);
  await expect(hung).rejects.toMatchObject({
    killed: true,
    message: "The git that was asked said nothing for 0.3 s, and was ended.",
  });
  await waitFor(() => !isAlive(pid), { what: "it to be gone" });
  await expect(behind).rejects.toMatchObject({ killed: true });
  expect(await git.ask("echo again\n", line)).toBe("again");
  await git.end();
});

test("one that goes on talking has the time that it needs", async () => {
  await using sample = await sampleRepository();
  const git = shell(sample.path, 2_000);
  const all = (bytes: Buffer) =>
    bytes.includes("done") ? { answer: true, length: bytes.length } : null;
  expect(await git.ask("for n in 1 2 3 4 5 6; do echo $n; sleep 0.5; done; echo done\n", all)).toBe(
    true,
  );
  await git.end();
});

test("an answer that came while this program was busy counts", async () => {
  await using sample = await sampleRepository();
  const git = shell(sample.path, 200);
  await git.ask("echo ready\n", line);
  const asked = git.ask("echo quick\n", line);
  const until = performance.now() + 1_000;
  while (performance.now() < until);
  expect(await asked).toBe("quick");
  await git.end();
});

test("one that is given up is ended when it does not answer", async () => {
  await using sample = await sampleRepository();
  const git = shell(sample.path);
  const controller = new AbortController();
  const pid = Number(await git.ask(STOP, line));
  const hung = git.ask("echo late\n", line, controller.signal);
  controller.abort();
  await expect(hung).rejects.toMatchObject({ killed: true, message: /given up/ });
  await waitFor(() => !isAlive(pid), { what: "it to be gone" });
  await expect(git.ask("echo x\n", line, controller.signal)).rejects.toThrow("aborted");
  await git.end();
});

test("one that says what it was not asked, or what is no answer, is not asked again", async () => {
  await using sample = await sampleRepository();
  const git = shell(sample.path);
  const first = Number(await git.ask("echo $$; sleep 0.1; echo more\n", line));
  await waitFor(() => !isAlive(first), { what: "it to be ended" });
  const second = Number(await git.ask("echo $$\n", line));
  expect(second).not.toBe(first);
  const refuse = (): never => {
    throw new Error("That is none.");
  };
  await expect(git.ask("echo x\n", refuse)).rejects.toMatchObject({
    message: "The git that was asked said what is no answer, and was ended.",
    cause: { message: "That is none." },
  });
  await waitFor(() => !isAlive(second), { what: "it to be gone" });
  await git.end();
});

test("an object is what its id says, or it is none", async () => {
  await using sample = await sampleRepository();
  const reader = new ObjectReader({ cwd: sample.path, environment }, "sha1");
  const [head, tree, blob] = (
    await sample.git("rev-parse", "HEAD", "HEAD^{tree}", "HEAD:docs/page-001.md")
  ).split("\n") as [string, string, string];
  expect((await reader.read(head, "commit")).toString()).toContain(`tree ${tree}\n`);
  await expect(reader.read(blob, "tree")).rejects.toThrow("found blob");
  await expect(reader.read("1".repeat(40), "tree")).rejects.toThrow("found nothing");
  // Git gives the replacement under the name of what it replaces.
  const other = await sample.commit("Another");
  await sample.git("replace", head, other);
  await reader.end();
  const again = new ObjectReader({ cwd: sample.path, environment }, "sha1");
  await expect(again.read(head, "commit")).rejects.toThrow(head);
  await again.end();
});

test("it keeps no program alive, and ends with one that is killed", async () => {
  await using sample = await sampleRepository();
  const source = new URL("../../src/standing/standing-git.ts", import.meta.url).href;
  const program = (last: string): string => `
    import { StandingGit } from ${JSON.stringify(source)};
    const git = new StandingGit({ args: ["cat-file", "--batch"], cwd: ${JSON.stringify(sample.path)}, environment: { PATH: process.env.PATH } });
    await git.ask("HEAD\\n", (bytes) => ({ answer: bytes.length, length: bytes.length }));
    const { execFileSync } = await import("node:child_process");
    const all = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\\n");
    const mine = all.map((one) => one.trim().split(/\\s+/)).find(([, parent, ...args]) => Number(parent) === process.pid && args.includes("cat-file"));
    process.stdout.write(mine[0], () => { ${last} });`;
  const pidOf = async (last: string): Promise<number> => {
    const args = ["--input-type=module", "-e", program(last)];
    const { stdout } = await execa(process.execPath, args, { reject: false });
    return Number(stdout);
  };
  for (const last of ["", 'process.kill(process.pid, "SIGKILL");']) {
    const pid = await pidOf(last);
    expect(pid).toBeGreaterThan(0);
    await waitFor(() => !isAlive(pid), { what: "git to end" });
  }
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  isAlive,
  leftoverProcesses,
  processesIn,
  TEST_MARKER,
  temporaryFolder,
  waitFor,
} from "../../src/index.ts";

function sleeper(options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): ChildProcess {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], {
    stdio: "ignore",
    ...options,
    env: { ...process.env, ...options.env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("a process", () => {
  it("is alive until it ends", async () => {
    const child = sleeper();
    const pid = child.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    await end(child);
    expect(isAlive(pid)).toBe(false);
  });

  it.skipIf(process.platform === "win32")("is dead when it is a zombie", async () => {
    // exec puts cat, which waits for no child, in the shell's place; its echo proves that it is there.
    const parent = spawn("sh", ["-c", "sleep 60 >/dev/null & echo $!; exec cat"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
    const zombie = Number((await lines.next()).value);
    onTestFinished(() => {
      if (isAlive(zombie)) process.kill(zombie, "SIGKILL");
    });
    parent.stdin.write("here\n");
    expect((await lines.next()).value).toBe("here");
    process.kill(zombie, "SIGKILL");
    await waitFor(() => !isAlive(zombie), { what: "the child to become a zombie" });
    expect(process.kill(zombie, 0)).toBe(true);
  });

  it("is found by the marker in its environment, and only then", async () => {
    const marker = `processes-test-${process.pid}`;
    const child = sleeper({ env: { [TEST_MARKER]: marker } });
    sleeper({ env: { [TEST_MARKER]: `${marker}-other` } });
    await waitFor(() => leftoverProcesses(marker).some(({ pid }) => pid === child.pid));
    expect(leftoverProcesses(marker)).toEqual([
      { pid: child.pid, command: expect.stringContaining("setTimeout") },
    ]);
    await end(child);
    expect(leftoverProcesses(marker)).toEqual([]);
  });

  it.runIf(process.platform === "linux")("is found by the folder it runs in", async () => {
    await using folder = await temporaryFolder();
    const child = sleeper({ cwd: folder.path });
    await waitFor(() => processesIn(folder.path).some(({ pid }) => pid === child.pid));
    await end(child);
    expect(processesIn(folder.path)).toEqual([]);
  });
});

describe("waiting", () => {
  it("gives the first truthy answer, and asks again after a throw", async () => {
    let asked = 0;
    const answer = await waitFor(() => {
      asked++;
      if (asked === 1) throw new Error("not yet");
      return asked === 3 ? "there" : undefined;
    });
    expect(answer).toBe("there");
  });

  it("ends at its deadline and says what it waited for, and why", async () => {
    const waiting = waitFor(
      () => {
        throw new Error("nothing there");
      },
      { timeoutMs: 30, what: "a wonder" },
    );
    await expect(waiting).rejects.toMatchObject({
      message: "Waited 30 ms in vain for a wonder",
      cause: { message: "nothing there" },
    });
  });
});

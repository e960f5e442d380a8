import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { AIDER_VERSION, findAider, type InstallProgress, installAider } from "../../src/index.ts";
import { withLock } from "../../src/installation/lock.ts";

/** A pid that no process has: that of one that has just ended. */
async function deadPid(): Promise<number> {
  const child = execa(process.execPath, ["-e", ""]);
  await child;
  const { pid } = child;
  if (pid === undefined || isAlive(pid)) throw new Error("it should have ended");
  return pid;
}

describe("installing for real", () => {
  test("twice at once installs once, after a killed try too, and then it is found", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "aider");
    await leaveKilledTry(directory);
    const steps: InstallProgress["step"][] = [];
    const onProgress = ({ step }: InstallProgress): void => {
      steps.push(step);
    };
    const [first, second] = await Promise.all([
      installAider({ directory, onProgress }),
      installAider({ directory, onProgress }),
    ]);
    expect(first).toMatchObject({ found: true, version: AIDER_VERSION, source: "installed" });
    expect(second).toEqual(first);
    expect(steps.filter((step) => step === "packages")).toHaveLength(1);
    expect(steps).toContain("waiting");
    expect((await readdir(directory)).filter((name) => name.startsWith("venv-"))).toHaveLength(1);

    expect(await findAider({ directory, environment: {} })).toEqual(first);
    const again: string[] = [];
    await installAider({ directory, onProgress: ({ step }) => again.push(step) });
    expect(again).toEqual([]);
    const { stdout } = await execa(first.executable, ["--version"]);
    expect(stdout).toContain(AIDER_VERSION);
  }, 300_000);
});

async function leaveKilledTry(directory: string): Promise<void> {
  const { mkdir } = await import("node:fs/promises");
  const pid = await deadPid();
  await mkdir(join(directory, `venv-${pid}-x`, "bin"), { recursive: true });
  await writeFile(join(directory, "installing"), String(pid));
}

describe("an installation that fails", () => {
  test("without a Python that aider supports, it names what it found instead", async () => {
    await using folder = await temporaryFolder();
    const python = join(folder.path, "python3");
    await writeFile(python, "#!/bin/sh\necho 3.13.1\necho can make environments\n", {
      mode: 0o755,
    });
    const environment = { PATH: folder.path, HOME: folder.path };
    const installing = installAider({ directory: join(folder.path, "aider"), environment });
    await expect(installing).rejects.toMatchObject({
      code: "PYTHON_MISSING",
      message: expect.stringMatching(/>=3\.10, <3\.13.*python3 \(3\.13\.1\)/),
      remedy: expect.stringContaining("Install Python 3.12"),
    });
  });

  test("without a package index, it names the step, and leaves nothing that looks finished", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "aider");
    const nowhere = "http://127.0.0.1:9/simple";
    const environment = {
      ...process.env,
      PIP_INDEX_URL: nowhere,
      PIP_FIND_LINKS: "",
      PIP_NO_INDEX: "",
      PIP_RETRIES: "0",
      PIP_NO_CACHE_DIR: "1",
    };
    await expect(installAider({ directory, environment })).rejects.toMatchObject({
      code: "INSTALL_FAILED",
      message: expect.stringContaining("Getting uv"),
    });
    expect(await findAider({ directory, environment: {} })).toMatchObject({ found: false });
  }, 120_000);

  test("given up by its signal, it stops and frees the lock", async () => {
    await using folder = await temporaryFolder();
    const directory = join(folder.path, "aider");
    const controller = new AbortController();
    const installing = installAider({
      directory,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === "installer") controller.abort(new Error("enough"));
      },
    });
    await expect(installing).rejects.toThrow("enough");
    expect(await readdir(directory)).not.toContain("installing");
  }, 120_000);
});

describe("the lock", () => {
  test("lets one work at a time", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "lock");
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
    expect(most).toBe(1);
  });

  test("of a process that is gone is taken over, of one that lives it is not", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "lock");
    await writeFile(file, String(await deadPid()));
    expect(await withLock(file, async () => "done")).toBe("done");
    await writeFile(file, String(process.ppid));
    const signal = AbortSignal.timeout(500);
    await expect(withLock(file, async () => "done", { signal })).rejects.toThrow();
  });
});

import { execFile } from "node:child_process";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHost } from "../../src/index.ts";
import { describeMode, firstLine, never, probeHost, python, spec } from "../support/host.ts";

function program(version: number): string {
  // Of another size each: Python takes a file of the same second and size for the one it has compiled.
  return `# ${"-".repeat(version)}\nimport sys\ndef main():\n    print(${version}, flush=True)\n    sys.stdin.read()\n`;
}

async function version(host: PythonHost): Promise<number> {
  const process = await host.start(spec([]), never);
  process.endInput();
  const said = await firstLine<number>(process);
  await process.exited;
  return said;
}

const patient = { timeoutMs: 30_000, intervalMs: 100, what: "the new version" };

/** Answers of a fingerprint, one after each change that is made to a folder of packages. */
const changes = `
import os, sys
sys.path.insert(0, os.path.join(sys.argv[1], "site-packages"))
sys.path.insert(0, sys.argv[2])
import tool
from cluster_python_host.fingerprint import Fingerprint
os.chdir(sys.path[1])
fingerprint = Fingerprint([])
fingerprint.add_modules()
def answer():
    print(os.path.basename(fingerprint.changed() or "nothing"))
def write(path, text):
    with open(path, "w") as file:
        file.write(text)
answer()
os.makedirs("cache")
answer()
write("other.py", "")
answer()
write("tool.py", "changed = True")
answer()
os.rename("tool.py", "new.py")
answer()
os.makedirs("another-1.dist-info")
answer()
`;

describeMode("fork", () => {
  test("a change counts when something that is imported, or what is installed, is another", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, "site-packages"));
    await writeFile(join(folder.path, "site-packages", "tool.py"), "");
    const own = fileURLToPath(new URL("../../python", import.meta.url));
    const { stdout } = await promisify(execFile)(python, ["-c", changes, folder.path, own]);
    expect(stdout.split("\n")).toEqual([
      "nothing",
      "nothing",
      "nothing",
      // Only the file is another: its folder tells nothing of that.
      "nothing",
      "tool.py",
      "another-1.dist-info",
      "",
    ]);
  });

  test("an upgraded package is noticed; the old server goes with its last process", async () => {
    await using folder = await temporaryFolder();
    const packages = join(folder.path, "site-packages");
    await mkdir(join(packages, "tool-1.dist-info"), { recursive: true });
    await writeFile(join(packages, "tool.py"), program(1));
    const host = probeHost({ mode: "fork", entry: "tool:main", path: [packages] });
    const old = await host.start(spec([]), never);
    expect(await firstLine(old)).toBe(1);
    const [server] = host.status();
    await writeFile(join(packages, "tool.py"), program(2));
    await rename(join(packages, "tool-1.dist-info"), join(packages, "tool-2.dist-info"));
    await waitFor(async () => (await version(host)) === 2, patient);
    expect(host.status().map(({ pid, state }) => ({ pid, state }))).toEqual([
      { pid: server?.pid, state: "leaving" },
      { pid: expect.any(Number), state: "ready" },
    ]);
    old.endInput();
    expect(await old.exited).toEqual({ kind: "code", code: 0 });
    await waitFor(() => host.status().length === 1);
    expect(host.status()[0]?.pid).not.toBe(server?.pid);
  });

  test("so is a module that is no package's, also while it is not there", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "tool.py"), program(1));
    const host = probeHost({ mode: "fork", entry: "tool:main", path: [folder.path] });
    expect(await version(host)).toBe(1);
    const server = host.status()[0]?.pid;
    // In the middle of an upgrade it cannot be imported at all.
    await rm(join(folder.path, "tool.py"));
    const gone = waitFor(() => host.status().every(({ pid }) => pid !== server));
    const upgraded = waitFor(async () => (await version(host)) === 3, patient);
    await gone;
    await writeFile(join(folder.path, "tool.py"), program(3));
    await upgraded;
  });
});

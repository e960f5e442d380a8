import { chmod, realpath, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ProcessSpec } from "@cluster/pool";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHost } from "../../src/index.ts";
import {
  describeMode,
  environment,
  firstLine,
  never,
  probeHost,
  python,
  spec,
  wholeRun,
} from "../support/host.ts";

interface Seen {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly marks: readonly number[];
  readonly random: number;
  readonly session: number;
  readonly group: number;
  readonly warm: readonly string[];
  readonly main: string;
  readonly encodings: readonly string[];
  readonly path: readonly string[];
  readonly [name: string]: unknown;
}

async function see(host: PythonHost, more: Partial<ProcessSpec> = {}, ...args: string[]) {
  const process = await host.start(spec(["see", ...args], more), never);
  const { stdout, stderr, exit } = await wholeRun(process);
  expect({ stderr, exit }).toEqual({ stderr: "", exit: { kind: "code", code: 0 } });
  const seen: Seen = JSON.parse(stdout);
  expect(seen.pid).toBe(process.pid);
  return seen;
}

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test("each start has its own arguments, folder and environment, and nothing of another", async () => {
      await using folder = await temporaryFolder();
      const host = probeHost({ mode, lateEnvironment: ["TASK"] });
      const args = ["--flag", "zwei Wörter", "🙂", ""];
      const cwd = await realpath(folder.path);
      const first = await see(host, { cwd, env: { ...environment, TASK: "eins\nzwei" } }, ...args);
      expect(first.argv).toEqual(["probe", "see", ...args]);
      expect(first.cwd).toBe(cwd);
      expect(first.env).toMatchObject({ ...environment, TASK: "eins\nzwei" });
      const second = await see(host);
      expect(second.argv).toEqual(["probe", "see"]);
      expect(second.cwd).toBe("/");
      expect(Object.keys(second.env)).not.toContain("TASK");
      expect(Object.keys(second.env)).not.toContain("CLUSTER_PYTHON_HOST");
      expect(first.marks).toEqual([first.pid]);
      expect(second.marks).toEqual([second.pid]);
      expect(second.random).not.toBe(first.random);
      expect(second.pid).not.toBe(first.pid);
    });

    test("it leads a session of its own, with the state of a fresh interpreter", async () => {
      const seen = await see(probeHost({ mode }));
      expect(seen).toMatchObject({
        session: seen.pid,
        group: seen.pid,
        main: "__main__",
        interrupt: true,
        child: 0,
        blocked: [],
        threads: 1,
      });
      // Neither the working folder nor the folder of the host's own files.
      expect(
        seen.path.filter((entry) => entry === "" || /python-host\/python$/.test(entry)),
      ).toEqual([]);
      expect(seen.path[0]).toMatch(/support\/programs$/);
    });

    test("its streams have the encodings that the environment asks for", async () => {
      const host = probeHost({ mode });
      const latin = { ...environment, PYTHONIOENCODING: "latin-1:replace" };
      const seen = await see(host, { env: latin });
      expect(seen.encodings.map((name) => name.replace("latin-1", "iso8859-1"))).toEqual([
        "iso8859-1 replace",
        "iso8859-1 replace",
        "iso8859-1 backslashreplace",
      ]);
      const utf8 = await see(host, { env: { ...environment, PYTHONUTF8: "1" } });
      expect(utf8.encodings[1]).toMatch(/^utf-8/);
    });

    test("a warm-up is run once before, reads nothing, and its words are no output", async () => {
      const host = probeHost({ mode, warmUp: "probe:warm_up" });
      const process = await host.start(spec(["echo"]), never);
      process.stdin.end("for the tool\n");
      const { stdout } = await wholeRun(process);
      expect(stdout.startsWith("for the tool\nend of input\n")).toBe(true);
      expect(stdout).not.toContain("the warm-up says this");
      // In a fork, what the warm-up wants done at exit is for the server to do.
      expect(stdout.includes("the warm-up's own exit handler")).toBe(mode === "process");
      const again = await host.start(spec(["see"]), never);
      expect((await firstLine<Seen>(again)).warm).toEqual([""]);
      await again.exited;
    });

    test("its environment has what the imports put into it, and nothing of the warm-up", async () => {
      const host = probeHost({ mode, warmUp: "probe:warm_up" });
      const env = { ...environment, PROBE_GIVEN: "yes" };
      const process = await host.start(spec(["see"], { env }), never);
      const seen = await firstLine<Seen>(process);
      await process.exited;
      expect(seen.env).toMatchObject({ ...env, PROBE_IMPORTED: "yes", PROBE_GIVEN: "no" });
      expect(Object.keys(seen.env)).not.toContain("WARM");
    });

    test("a script that stands for the interpreter may add to the environment", async () => {
      await using folder = await temporaryFolder();
      const shim = join(folder.path, "python");
      await writeFile(shim, `#!/bin/sh\nexport SHIM=1 PWD=/else\nexec ${python} "$@"\n`);
      await chmod(shim, 0o755);
      const env = { ...environment, PWD: "/here" };
      const seen = await see(probeHost({ mode }), { file: shim, env });
      expect(seen.env.SHIM).toBe("1");
      if (mode === "fork") expect(seen.env.PWD).toBe("/here");
    });

    test("a relative interpreter is looked for in the working folder", async () => {
      const host = probeHost({ mode });
      const cwd = dirname(python);
      const seen = await see(host, { file: `./${basename(python)}`, cwd });
      expect(seen.cwd).toBe(await realpath(cwd));
    });
  });
}

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ProcessStartError } from "@cluster/pool";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { PythonHostOptions } from "../../src/index.ts";
import {
  describeMode,
  never,
  probeHost,
  programs,
  python,
  rejection,
  spec,
} from "../support/host.ts";

for (const mode of ["fork", "process"] as const) {
  describeMode(mode, () => {
    test.each<[string, Partial<PythonHostOptions>, string | undefined, string]>([
      [
        "a module that is missing",
        { entry: "nosuch:main" },
        "ENOENT",
        "module nosuch was not found",
      ],
      [
        "a module that a module needs",
        { modules: ["needs_missing"] },
        "ENOENT",
        "module nosuch was not found, which needs_missing needs",
      ],
      ["a module that cannot be read", { modules: ["no_python"] }, "ENOEXEC", "SyntaxError"],
      ["a module that exits", { modules: ["exits"] }, "ENOEXEC", "SystemExit: no licence"],
      [
        "an entry that is missing",
        { entry: "probe:nosuch" },
        "ENOEXEC",
        "module probe has no nosuch",
      ],
      ["an entry that is no function", { entry: "probe:marks" }, "ENOEXEC", "cannot be called"],
      ["a warm-up that fails", { warmUp: "probe:main.fails" }, "ENOEXEC", "has no main.fails"],
      [
        "a warm-up that raises",
        { warmUp: "exits_late:warm_up" },
        undefined,
        "ValueError: too cold",
      ],
    ])("%s", async (_what, options, code, words) => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, "needs_missing.py"), "import nosuch\n");
      await writeFile(join(folder.path, "no_python.py"), "def (:\n");
      await writeFile(join(folder.path, "exits.py"), "raise SystemExit('no licence')\n");
      await writeFile(
        join(folder.path, "exits_late.py"),
        "def warm_up():\n    raise ValueError('too cold')\n",
      );
      const host = probeHost({ mode, path: [programs, folder.path], ...options });
      const error = await rejection(host.start(spec([]), never));
      expect(error).toBeInstanceOf(ProcessStartError);
      expect(error.message).toContain("Could not start ");
      expect(error.message).toContain(words);
      // The import machinery and our own files are of no interest to anybody.
      expect(error.message).not.toMatch(/importlib|cluster_python_host/);
      expect(error.cause?.code).toBe(code);
    });

    test("an interpreter that is missing, not executable, no Python, or too old a one", async () => {
      await using folder = await temporaryFolder();
      const plain = join(folder.path, "plain.txt");
      await writeFile(plain, "#!/bin/sh\n");
      const old = join(folder.path, "old-python");
      const pretend =
        "import sys; sys.argv = sys.argv[1:]; sys.version_info = (3, 8, 1, 'final', 0)";
      await writeFile(
        old,
        `#!/bin/sh\nexec ${python} -c "${pretend}; exec(open(sys.argv[0]).read())" "$@"\n`,
      );
      await chmod(old, 0o755);
      const host = probeHost({ mode });
      const failure = (file: string) => rejection(host.start(spec([], { file }), never));
      expect(await failure("/no/such/python")).toMatchObject({
        message: expect.stringContaining("there is no such file"),
        cause: { code: "ENOENT" },
      });
      expect(await failure(plain)).toMatchObject({ cause: { code: "EACCES" } });
      expect(await failure("/bin/true")).toMatchObject({
        message: expect.stringContaining("Is it Python, 3.9 or newer?"),
        cause: { code: "ENOEXEC" },
      });
      expect(await failure(old)).toMatchObject({
        message: expect.stringContaining("needs Python 3.9 or newer, and this is 3.8.1."),
        cause: { code: "ENOEXEC" },
      });
    });

    test("a working folder that is missing, or none", async () => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, "file"), "");
      const host = probeHost({ mode });
      const missing = spec([], { cwd: "/no/such/folder" });
      expect(await rejection(host.start(missing, never))).toMatchObject({
        message: expect.stringMatching(/its working folder \/no\/such\/folder does not exist\.$/),
        cause: { code: "ENOENT" },
      });
      const none = spec([], { cwd: join(folder.path, "file") });
      expect(await rejection(host.start(none, never))).toMatchObject({
        cause: { code: "ENOTDIR" },
      });
    });

    test("arguments that no ordinary process could be given", async () => {
      const host = probeHost({ mode });
      const long = spec(["x".repeat(200_000)]);
      expect(await rejection(host.start(long, never))).toMatchObject({
        message: expect.stringContaining("too long"),
        cause: { code: "E2BIG" },
      });
      expect(await rejection(host.start(spec(["a\0b"]), never))).toMatchObject({
        message: expect.stringContaining("null bytes"),
        cause: { code: "ERR_INVALID_ARG_VALUE" },
      });
    });

    test("a start that is given up rejects at once, and leaves nothing", async () => {
      const host = probeHost({ mode, warmUp: "slow:warm_up", path: [programs] });
      const reason = new Error("changed my mind");
      expect(await rejection(host.start(spec([]), AbortSignal.abort(reason)))).toBe(reason);
      const controller = new AbortController();
      const starting = rejection(host.start(spec(["wait"]), controller.signal));
      setImmediate(() => controller.abort(reason));
      expect(await starting).toBe(reason);
    });

    test("imports and a warm-up that take too long", async () => {
      await using folder = await temporaryFolder();
      await mkdir(join(folder.path, "x"));
      const host = probeHost({ mode, warmUp: "slow:warm_up", startTimeoutMs: 2_000 });
      expect(await rejection(host.start(spec([]), never))).toMatchObject({
        message: expect.stringMatching(
          /within 2000 ms[\s\S]*startTimeoutMs[\s\S]*this takes a while/,
        ),
      });
    });

    test("a host that was disposed of", async () => {
      const host = probeHost({ mode });
      await host.dispose();
      expect(await rejection(host.start(spec([]), never))).toMatchObject({ code: "POOL_CLOSED" });
    });
  });
}

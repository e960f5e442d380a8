import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAider } from "../../src/index.ts";
import { realAider } from "../support/aider.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder[Symbol.asyncDispose]());

async function executable(path: string, text: string): Promise<string> {
  const file = join(folder.path, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

const packages = { aider: "/packages/aider", litellm: "/packages/litellm" };

/** A program in a Python's place that answers as the Python of that aider would. */
function answering(version: string, absent: readonly string[] = []): string {
  return `#!/bin/sh\necho '${JSON.stringify({ version, absent, packages })}'\n`;
}

const find = (environment: Record<string, string>) =>
  findAider({ environment, directory: join(folder.path, "installed") });

test("the real one is found by CLUSTER_AIDER", async () => {
  const real = await realAider();
  const found = await find({ CLUSTER_AIDER: real.executable });
  expect(found).toMatchObject({ found: true, version: "0.86.2", source: "CLUSTER_AIDER" });
});

describe("the interpreter of an aider on PATH", () => {
  test.each([
    ["a plain first line", (python: string) => `#!${python}\nfrom aider.main import main\n`],
    ["env", () => "#!/usr/bin/env python3\n"],
    ["env with an option", () => "#!/usr/bin/env -S python3 -E\n"],
    [
      "the wrapper for a long path",
      (python: string) => `#!/bin/sh\n'''exec' ${python} "$0" "$@"\n' '''\n`,
    ],
    [
      "the wrapper for a path with spaces",
      (python: string) => `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`,
    ],
    ["the one beside it", () => "not a script at all\n"],
  ])("is told by %s", async (_how, script) => {
    const python = await executable("bin/python3", answering("0.86.2"));
    const aider = await executable("bin/aider", script(python));
    const path = `/nowhere:${join(folder.path, "bin")}:/bin:/usr/bin`;
    expect(await find({ PATH: path })).toEqual({
      found: true,
      version: "0.86.2",
      executable: aider,
      python,
      packages,
      source: "PATH",
    });
  });

  test("is told through a link, as pipx and uv make it", async () => {
    const python = await executable("tool/bin/python", answering("0.86.1"));
    const aider = await executable("tool/bin/aider", "binary\n");
    const bin = join(folder.path, "bin");
    await mkdir(bin);
    await symlink(aider, join(bin, "aider"));
    expect(await find({ PATH: bin })).toMatchObject({ found: true, version: "0.86.1", python });
  });

  test("is told through a shim of pyenv", async () => {
    const python = await executable("versions/3.11/bin/python", answering("0.86.2"));
    const aider = await executable("versions/3.11/bin/aider", `#!${python}\n`);
    await executable("shims/aider", '#!/usr/bin/env bash\nexec "/x/pyenv" exec "aider" "$@"\n');
    const shim = '#!/usr/bin/env bash\nprogram="aider"\nexec pyenv exec "$program" "$@"\n';
    await executable("shims/aider", shim);
    await executable("shims/pyenv", `#!/bin/sh\n[ "$1 $2" = "which aider" ] && echo ${aider}\n`);
    const path = `${join(folder.path, "shims")}:/bin:/usr/bin`;
    expect(await find({ PATH: path })).toMatchObject({ found: true, executable: aider, python });
  });
});

describe("an aider that cannot be used", () => {
  test("none at all", async () => {
    expect(await find({ PATH: folder.path })).toMatchObject({
      found: false,
      code: "AIDER_MISSING",
      remedy: expect.stringContaining("cluster tools install aider"),
    });
  });

  test("of another version, on PATH: the reason names it", async () => {
    const python = await executable("bin/python", answering("0.50.1"));
    await executable("bin/aider", `#!${python}\n`);
    expect(await find({ PATH: join(folder.path, "bin") })).toMatchObject({
      found: false,
      code: "AIDER_VERSION_UNSUPPORTED",
      reason: expect.stringContaining("0.50.1"),
    });
  });

  test("one on PATH that cannot be used is passed over for a later one that can", async () => {
    const old = await executable("old/python", answering("0.50.1"));
    await executable("old/aider", `#!${old}\n`);
    const python = await executable("new/python", answering("0.86.2"));
    await executable("new/aider", `#!${python}\n`);
    const path = `${join(folder.path, "old")}:${join(folder.path, "new")}`;
    expect(await find({ PATH: path })).toMatchObject({ found: true, python });
  });

  test("in CLUSTER_AIDER: no other is taken in its place", async () => {
    const python = await executable("bin/python", answering("0.86.2"));
    await executable("bin/aider", `#!${python}\n`);
    const environment = { PATH: join(folder.path, "bin"), CLUSTER_AIDER: "/nowhere/aider" };
    expect(await find(environment)).toMatchObject({
      found: false,
      code: "AIDER_MISSING",
      reason: expect.stringContaining("CLUSTER_AIDER=/nowhere/aider"),
    });
  });

  test.each([
    ["its interpreter is gone", "#!/nowhere/python3\n", /\/nowhere\/python3/],
    ["it names none", "nothing\n", /names no Python/],
  ])("broken: %s", async (_what, script, reason) => {
    const aider = await executable("bin/aider", script);
    expect(await find({ CLUSTER_AIDER: aider })).toMatchObject({
      found: false,
      code: "AIDER_BROKEN",
      reason: expect.stringMatching(reason),
    });
  });

  test("broken: parts of its Python are gone", async () => {
    const python = await executable("bin/python", answering("0.86.2", ["litellm"]));
    const aider = await executable("bin/aider", `#!${python}\n`);
    expect(await find({ CLUSTER_AIDER: aider })).toMatchObject({
      code: "AIDER_BROKEN",
      reason: expect.stringContaining("litellm"),
    });
  });

  test("broken: its Python does not know aider", async () => {
    const aider = await executable("bin/aider", "#!/usr/bin/env python3\n");
    const { python } = await realAider();
    const { realpath } = await import("node:fs/promises");
    // The interpreter below the virtual environment has none of its packages.
    const bare = dirname(await realpath(python));
    expect(await find({ CLUSTER_AIDER: aider, PATH: bare })).toMatchObject({
      code: "AIDER_BROKEN",
      reason: expect.stringMatching(/aider/),
    });
  });
});

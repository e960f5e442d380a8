import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "docs/a.md": "# A\n", "docs/b.md": "# B\n", ".gitignore": "out/\n" });
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** Refused with a sentence, before anything was begun. */
async function expectRefusal(
  args: readonly string[],
  message: RegExp,
  options: { code?: number; cwd?: string; input?: string } = {},
): Promise<void> {
  const { code = 2, ...rest } = options;
  const result = await bench.runHere(args, rest);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: "" });
  await bench.expectNothingLeft();
}

describe("files", () => {
  it("no file matches", async () => {
    await expectRefusal(
      ["-m", "x", "src/**/*.py"],
      /"src\/\*\*\/\*\.py" matches none of the \d+ files/,
    );
  });

  it("no file is given", async () => {
    await expectRefusal(["-m", "x"], /There is no file[\s\S]*globs in quotes/);
  });

  it("a file that .gitignore names", async () => {
    await bench.repository.write("out/c.md", "made\n");
    await expectRefusal(["-m", "x", "out/c.md"], /"out\/c\.md" matches none.*gitignore/);
  });

  it("a file with changes that are not committed, in a dry run too", async () => {
    await bench.repository.write("docs/a.md", "# changed\n");
    await expectRefusal(["-m", "x", "docs/*.md"], /docs\/a\.md .*changed.*git commit/);
    await expectRefusal(["-m", "x", "docs/*.md", "--dry-run"], /docs\/a\.md/);
  });

  it("a file outside the repository", async () => {
    await expectRefusal(["-m", "x", "../other.md"], /"\.\.\/other\.md" .*outside|leads out of/);
    await expectRefusal(["-m", "x", "/etc/passwd"], /\/etc\/passwd" .*outside|leads out of/);
  });

  it("a link out of the repository", async () => {
    await symlink("/etc/passwd", join(bench.repository.path, "docs/link.md"));
    await bench.repository.commit("a link");
    await expectRefusal(["-m", "x", "docs/link.md"], /docs\/link\.md" .*(outside|leads out of)/);
  });

  it("a binary file", async () => {
    await bench.repository.write("docs/image.png", Uint8Array.from([0x89, 0x50, 0, 1, 2, 0, 255]));
    await bench.repository.commit("an image");
    await expectRefusal(["-m", "x", "docs/image.png"], /docs\/image\.png is binary/);
  });

  it("a file to be read that does not exist", async () => {
    await expectRefusal(["-m", "x", "docs/*.md", "--read", "STYLE.md"], /STYLE\.md" is to be read/);
  });
});

describe("repositories", () => {
  it("a folder that is in none", async () => {
    await using folder = await temporaryFolder();
    await expectRefusal(["-m", "x", "*.md"], /git repository/, { cwd: folder.path });
  });

  it("one without a commit", async () => {
    await using folder = await createBench({});
    const { code, stderr } = await folder.runHere(["-m", "x", "*.md"]);
    expect(stderr).toMatch(/commit/);
    expect(code).toBe(2);
  });

  it("one without a work tree", async () => {
    await bench.repository.git("clone", "--quiet", "--bare", ".", "bare.git");
    const cwd = join(bench.repository.path, "bare.git");
    await expectRefusal(["-m", "x", "*.md"], /bare|work tree/i, { cwd });
  });
});

describe("messages", () => {
  it("none", async () => {
    await expectRefusal(["docs/*.md"], /There is no message/);
  });

  it("two", async () => {
    await expectRefusal(["-m", "x", "--message-file", "y", "docs/*.md"], /are both given/);
  });

  it("an empty one", async () => {
    await expectRefusal(["-m", " \n ", "docs/*.md"], /-m\/--message: the message is empty/);
    await expectRefusal(["--message-file", "-", "docs/*.md"], /message is empty/, { input: "\n" });
  });

  it("a file that is missing, or not text", async () => {
    await expectRefusal(
      ["--message-file", "none.txt", "docs/*.md"],
      /none\.txt: there is no such file/,
    );
    const latin = join(bench.repository.path, "latin.txt");
    await writeFile(latin, Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await expectRefusal(
      ["--message-file", "latin.txt", "docs/*.md"],
      /latin\.txt: it is not UTF-8/,
    );
    await writeFile(latin, "a\0b");
    await expectRefusal(["--message-file", "latin.txt", "docs/*.md"], /NUL byte/);
  });
});

describe("tools", () => {
  it("an unknown one", async () => {
    await expectRefusal(["-m", "x", "docs/*.md", "--tool", "smaple"], /no tool "smaple".*"sample"/);
  });

  it("an unknown one among several, before anything else is said of them", async () => {
    await expectRefusal(
      ["-m", "x", "docs/*.md", "--tool", "nonesuch:2,smaple"],
      /^cluster: There is no tool "nonesuch" or "smaple"\. Did you mean "sample"\? Known: /,
    );
  });

  it("several of which only some say how many instances they have", async () => {
    await expectRefusal(
      ["-m", "x", "docs/*.md", "--tool", "sample:2,made"],
      /^cluster: --tool sample:2,made: "sample" says how many .* and "made" does not/,
    );
  });

  it("raw arguments for one that takes none", async () => {
    await expectRefusal(["-m", "x", "docs/*.md", "--", "--fast"], /sample takes no raw arguments/);
  });

  it("one whose program is missing: exit code 3, and what had been made is gone", async () => {
    const { code, stdout } = await bench.run(["-m", "x", "docs/*.md", "--tool", "missing"]);
    expect(stdout).toContain("cluster-test-no-such-program");
    expect(stdout).toContain("This says what the tool lacks: cluster doctor");
    expect(code).toBe(3);
    await bench.expectNothingLeft();
  });
});

it("a mistake that nobody foresaw is said to be one, with where to tell", async () => {
  const file = join(bench.repository.path, "thrower.mjs");
  await writeFile(
    file,
    `const tool = { name: "x", command() {}, connect() {},
       get capabilities() { throw new TypeError("odd"); } };
     export default { tools: { x: tool }, tool: "x" };`,
  );
  const args = ["-m", "x", "docs/*.md", "--dry-run", "--config", file];
  await expectRefusal(args, /unexpected error: odd\n.*CLUSTER_DEBUG=1.*\/issues/, { code: 70 });
});

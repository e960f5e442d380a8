import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type SampleRepository, temporaryFolder } from "@cluster/testkit";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { workSetting, write } from "../setting.ts";

describe("the user's hooks", () => {
  test("do not run, neither at the commit nor at landing and delivery", async () => {
    await using at = await workSetting({
      prepare: (sample) => hooks(sample, 'touch "$(git rev-parse --git-common-dir)/ran"; exit 1'),
    });
    await write(at.workspace, "x.md", "x");
    const commit = await at.workspace.commit({ paths: "all", message: "x" });
    await at.run.land(String(commit));
    expect((await at.run.deliver()).kind).toBe("merged");
    await expect(at.sample.read(".git/ran")).rejects.toThrow("ENOENT");
  });

  test("run when they are asked for, and may change what is committed", async () => {
    await using at = await workSetting({
      files: { "a.md": "a\n", "b.md": "b\n" },
      prepare: (sample) => hooks(sample, "echo formatted >> a.md && git add a.md", ["pre-commit"]),
    });
    await write(at.workspace, "a.md", "edited\n");
    await write(at.workspace, "b.md", "outside\n");
    const commit = await at.workspace.commit({ paths: ["a.md"], message: "x", hooks: true });
    expect(await at.sample.git("show", `${commit}:a.md`)).toBe("edited\nformatted");
    expect(await at.sample.git("show", "--name-only", "--format=", String(commit))).toBe("a.md");
    expect(await at.sample.git("rev-parse", `${commit}^`)).toBe(at.run.base);
    expect((await at.run.land(String(commit))).kind).toBe("landed");
  });

  test("may refuse", async () => {
    await using at = await workSetting({
      prepare: (sample) => hooks(sample, "echo no way >&2; exit 1", ["pre-commit"]),
    });
    await write(at.workspace, "x.md", "x");
    await expect(
      at.workspace.commit({ paths: "all", message: "x", hooks: true }),
    ).rejects.toMatchObject({ code: "HOOK_FAILED", stderr: expect.stringContaining("no way") });
  });
});

describe("a signature, when the user's configuration asks for it", () => {
  test("is on the commit, on what lands behind another one, and on the merge", async () => {
    await using keys = await temporaryFolder();
    const key = join(keys.path, "key");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await using at = await workSetting({
      files: { "a.md": "a\n", "b.md": "b\n" },
      prepare: (sample) => signing(sample, `${key}.pub`),
    });
    await write(at.workspace, "a.md", "1\n");
    const first = await at.workspace.commit({ paths: "all", message: "first" });
    await at.workspace.reset(at.run.base);
    await write(at.workspace, "b.md", "2\n");
    const second = await at.workspace.commit({ paths: "all", message: "second" });
    await at.run.land(String(first));
    await at.run.land(String(second));
    await at.sample.write("c.md", "c");
    await at.sample.git("-c", "commit.gpgSign=false", "add", "c.md");
    await at.sample.git("-c", "commit.gpgSign=false", "commit", "-qm", "by the user");
    expect((await at.run.deliver()).kind).toBe("merged");
    const merge = await at.sample.git("rev-parse", "HEAD");
    for (const commit of [first, second, at.run.tip(), merge]) {
      expect(await at.sample.git("cat-file", "commit", String(commit))).toContain("gpgsig");
    }
  });

  test("that cannot be made is an error of its own", async () => {
    await using at = await workSetting({
      prepare: (sample) => signing(sample, "/nowhere/key.pub"),
    });
    await write(at.workspace, "x.md", "x");
    await expect(at.workspace.commit({ paths: "all", message: "x" })).rejects.toMatchObject({
      code: "SIGNING_FAILED",
    });
  });
});

async function hooks(
  sample: SampleRepository,
  body: string,
  names: readonly string[] = [
    "pre-commit",
    "commit-msg",
    "prepare-commit-msg",
    "post-commit",
    "post-checkout",
    "post-merge",
    "pre-merge-commit",
    "reference-transaction",
    "post-index-change",
    "post-rewrite",
  ],
): Promise<void> {
  await mkdir(join(sample.path, ".git/hooks"), { recursive: true });
  for (const name of names) {
    await sample.write(`.git/hooks/${name}`, `#!/bin/sh\n${body}\n`);
    await chmod(join(sample.path, ".git/hooks", name), 0o755);
  }
}

async function signing(sample: SampleRepository, key: string): Promise<void> {
  await sample.git("config", "commit.gpgSign", "true");
  await sample.git("config", "gpg.format", "ssh");
  await sample.git("config", "user.signingKey", key);
}

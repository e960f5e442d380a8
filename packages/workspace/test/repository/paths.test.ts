import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { setting } from "../setting.ts";

test("paths come back relative to the root, with links inside the tree followed", async () => {
  await using at = await setting({ files: { "docs/a.md": "a\n", "-x/ü b.md": "b\n" } });
  const { root } = at.repository;
  await symlink("docs", join(root, "linked"));
  await symlink("../docs/a.md", join(root, "-x/to-a"));
  const resolved = (path: string): string => at.repository.resolveInside(path);
  expect(resolved("docs/a.md")).toBe("docs/a.md");
  expect(resolved("./docs/../docs//a.md")).toBe("docs/a.md");
  expect(resolved(join(root, "-x/ü b.md"))).toBe("-x/ü b.md");
  expect(resolved("linked/a.md")).toBe("docs/a.md");
  expect(resolved("linked/new/deep.md")).toBe("docs/new/deep.md");
  expect(resolved("-x/to-a")).toBe("docs/a.md");
  expect(resolved("..data/x")).toBe("..data/x");
  expect(resolved(".")).toBe(".");
  expect(resolved("docs/a.md/not-a-folder")).toBe("docs/a.md/not-a-folder");
});

test("a way to the root that goes over a link is understood", async () => {
  await using at = await setting({ files: { "docs/a.md": "a\n" } });
  await using other = await temporaryFolder();
  await symlink(at.repository.root, join(other.path, "way"));
  expect(at.repository.resolveInside(join(other.path, "way/docs/a.md"))).toBe("docs/a.md");
});

test("what leads out is refused, also over links that dangle, climb or turn in circles", async () => {
  await using at = await setting({ files: { "docs/a.md": "a\n" } });
  await using other = await temporaryFolder();
  await writeFile(join(other.path, "file"), "");
  const { root } = at.repository;
  await symlink(other.path, join(root, "out"));
  await symlink("../../nothing-there", join(root, "docs/dangling"));
  await symlink("docs/dangling", join(root, "twice"));
  await symlink("circle-b", join(root, "circle-a"));
  await symlink("circle-a", join(root, "circle-b"));
  await symlink(join(root, "docs/a.md"), join(root, "absolute"));
  const paths = ["..", "../x", "/etc/passwd", `${root}-sibling/x`, join(other.path, "file"), "out"];
  paths.push("out/file", "docs/dangling", "twice", "circle-a", "absolute", "docs/../../x");
  paths.push(".git", ".git/config", ".GIT/hooks/x");
  for (const path of paths) {
    expect(() => at.repository.resolveInside(path), path).toThrow(
      expect.objectContaining({ code: "PATH_OUTSIDE", files: [path] }),
    );
  }
});

test("an empty path and one with a NUL are no paths", async () => {
  await using at = await setting();
  for (const path of ["", "a\0b"]) {
    expect(() => at.repository.resolveInside(path)).toThrow(
      expect.objectContaining({ code: "OPTION_INVALID" }),
    );
  }
});

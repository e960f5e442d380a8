import { symlink } from "node:fs/promises";
import { BatchError, type FoundFiles, filesFromGlobs, openRepository } from "@cluster/batch";
import { type SampleRepository, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";

async function find(
  repository: SampleRepository,
  patterns: readonly string[],
  cwd?: string,
): Promise<FoundFiles> {
  await using folder = await temporaryFolder();
  const opened = await openRepository(repository.path, { directory: folder.path });
  return await filesFromGlobs(opened, patterns, cwd === undefined ? {} : { cwd });
}

async function refused(
  repository: SampleRepository,
  patterns: readonly string[],
): Promise<BatchError> {
  const error = await find(repository, patterns).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BatchError);
  return error as BatchError;
}

const FILES = {
  "README.md": "read me\n",
  "docs/a.md": "a\n",
  "docs/deep/b.md": "b\n",
  "docs/deep/c.txt": "c\n",
  "app/[id]/page.tsx": "page\n",
  "app/i/page.tsx": "other page\n",
  "docs/.hidden.md": "hidden\n",
  "picture.png": new Uint8Array([0x89, 0x50, 0, 1, 2]),
};

test("wildcards, alternatives, folders and exclusions choose tracked files", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const files = async (...patterns: string[]) => (await find(repository, patterns)).files;
  expect(await files("**/*.md")).toEqual(["README.md", "docs/a.md", "docs/deep/b.md"]);
  expect(await files("docs/*.md")).toEqual(["docs/a.md"]);
  expect(await files("docs/**/*.{md,txt}")).toEqual([
    "docs/a.md",
    "docs/deep/b.md",
    "docs/deep/c.txt",
  ]);
  expect(await files("docs/deep")).toEqual(["docs/deep/b.md", "docs/deep/c.txt"]);
  expect(await files("**/*.md", "!docs/deep/**")).toEqual(["README.md", "docs/a.md"]);
  expect(await files("docs/.*.md")).toEqual(["docs/.hidden.md"]);
  expect(await files("docs/a.md", "./docs/a.md", "docs/*.md")).toEqual(["docs/a.md"]);
});

test("a file of exactly that name wins over its wildcards", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const { files } = await find(repository, ["app/[id]/page.tsx"]);
  expect(files).toEqual(["app/[id]/page.tsx"]);
});

test("patterns are relative to the folder they are typed in, or absolute", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const { files } = await find(
    repository,
    ["deep/*.md", "../README.md"],
    `${repository.path}/docs`,
  );
  expect(files).toEqual(["README.md", "docs/deep/b.md"]);
  const absolute = await find(repository, [`${repository.path}/docs/*.md`]);
  expect(absolute.files).toEqual(["docs/a.md"]);
});

test("an absolute pattern may reach the repository over a link", async () => {
  await using repository = await sampleRepository({ files: FILES });
  await using folder = await temporaryFolder();
  await symlink(repository.path, `${folder.path}/link`);
  expect((await find(repository, [`${folder.path}/link/docs/*.md`])).files).toEqual(["docs/a.md"]);
  const { files } = await find(repository, ["*.md"], `${folder.path}/link/docs`);
  expect(files).toEqual(["docs/a.md"]);
});

test("a pattern that matches no file names itself and what was searched", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const error = await refused(repository, ["src/**/*.py"]);
  expect(error.code).toBe("NO_FILES_MATCH");
  expect(error.message).toContain('"src/**/*.py"');
  expect(error.message).toContain(`the 8 files that git tracks in ${repository.path}`);
});

test("no pattern, and exclusions alone, are refused", async () => {
  await using repository = await sampleRepository({ files: FILES });
  expect((await refused(repository, [])).message).toContain("No pattern was given");
  expect((await refused(repository, ["!docs/**"])).message).toContain("Only exclusions");
});

test("files that are not committed or ignored are not searched, and the message says so", async () => {
  await using repository = await sampleRepository({
    files: { ...FILES, ".gitignore": "build/\n" },
  });
  await repository.write("new/x.py", "print()\n");
  await repository.write("build/y.py", "print()\n");
  const untracked = await refused(repository, ["**/*.py"]);
  expect(untracked.message).toContain("It would match new/x.py, which git does not track");
  const ignored = await refused(repository, ["build/y.py"]);
  expect(ignored.message).toContain(".gitignore names it");
});

test("a fruitless wildcard beside a fruitful one is a warning, a fruitless name is an error", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const found = await find(repository, ["docs/*.md", "lib/**/*.md"]);
  expect(found.files).toEqual(["docs/a.md"]);
  expect(found.warnings).toEqual([expect.stringContaining('"lib/**/*.md" matches none')]);
  expect((await refused(repository, ["docs/*.md", "docs/typo.md"])).paths).toEqual([
    "docs/typo.md",
  ]);
});

test("paths and links out of the repository are refused", async () => {
  await using repository = await sampleRepository({ files: FILES });
  expect(await refused(repository, ["../other.md"])).toMatchObject({ code: "PATH_OUTSIDE" });
  expect(await refused(repository, ["/etc/passwd"])).toMatchObject({ code: "PATH_OUTSIDE" });
  await symlink("/etc/passwd", `${repository.path}/absolute-link.md`);
  await symlink("../outside.md", `${repository.path}/link.md`);
  await repository.commit("Add links");
  expect(await refused(repository, ["absolute-link.md"])).toMatchObject({ code: "PATH_OUTSIDE" });
  expect(await refused(repository, ["link.md"])).toMatchObject({
    code: "PATH_OUTSIDE",
    paths: ["link.md"],
  });
  // What only a wildcard caught is passed over.
  expect((await find(repository, ["*.md"])).files).toEqual(["README.md"]);
});

test("a named link inside the repository stands for its target", async () => {
  await using repository = await sampleRepository({ files: FILES });
  await symlink("docs/a.md", `${repository.path}/link.md`);
  await repository.commit("Add a link");
  expect((await find(repository, ["link.md"])).files).toEqual(["docs/a.md"]);
});

test("binary files are passed over with a warning, and refused when they are named", async () => {
  await using repository = await sampleRepository({ files: FILES });
  const found = await find(repository, ["*"]);
  expect(found.files).toEqual(["README.md"]);
  expect(found.warnings).toEqual(["Passed over, since binary: picture.png."]);
  expect(await refused(repository, ["picture.png", "README.md"])).toMatchObject({
    code: "BINARY_FILE",
    paths: ["picture.png"],
  });
  expect(await refused(repository, ["*.png"])).toMatchObject({ code: "BINARY_FILE" });
});

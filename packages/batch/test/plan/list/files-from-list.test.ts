import { symlink } from "node:fs/promises";
import { filesFromList, openRepository, type Repository } from "@cluster/batch";
import { type SampleRepository, sampleRepository, temporaryFolder } from "@cluster/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let sample: SampleRepository;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let repository: Repository;
beforeAll(async () => {
  sample = await sampleRepository({
    files: { "a.md": "a\n", "docs/b.md": "b\n", "docs/ä b.md": "c\n", ".gitignore": "out/\n" },
  });
  folder = await temporaryFolder();
  await symlink("a.md", `${sample.path}/link.md`);
  await symlink("/etc/hostname", `${sample.path}/away.md`);
  await sample.write("image.png", Uint8Array.from([0x89, 0x50, 0, 1]));
  await sample.write("!odd[1].md", "odd\n");
  await sample.commit("more");
  await sample.write("new.md", "new\n");
  await sample.write("out/made.md", "made\n");
  repository = await openRepository(sample.path, { directory: folder.path });
});
afterAll(async () => {
  await sample[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const options = { name: "list.txt" };

describe("a list of files", () => {
  it("has a path on each line, in its order, relative to a folder", async () => {
    const list = "docs/b.md\r\n\n./a.md\n";
    expect(await filesFromList(repository, list, options)).toEqual({
      files: ["docs/b.md", "a.md"],
      warnings: [],
    });
    const cwd = `${sample.path}/docs`;
    const { files } = await filesFromList(repository, `b.md\n../a.md\n${cwd}/b.md`, { cwd });
    expect(files).toEqual(["docs/b.md", "a.md"]);
  });

  it("may part its paths with NUL", async () => {
    const content = Buffer.from("docs/ä b.md\0a.md\0");
    const { files } = await filesFromList(repository, content, { separator: "nul" });
    expect(files).toEqual(["docs/ä b.md", "a.md"]);
  });

  it("is literal: no character is a wildcard or an exclusion", async () => {
    expect((await filesFromList(repository, "!odd[1].md", options)).files).toEqual(["!odd[1].md"]);
    await expect(filesFromList(repository, "*.md", options)).rejects.toThrow(/no file "\*\.md"/);
  });

  it("counts a file once that it names twice, also over a link, and says so", async () => {
    const { files, warnings } = await filesFromList(repository, "a.md\nlink.md\n./a.md", options);
    expect(files).toEqual(["a.md"]);
    expect(warnings).toEqual(["list.txt: named more than once, and taken once: a.md."]);
  });

  it("tells the line of everything that is wrong, and what was found", async () => {
    const lines = ["a.md", "docs", "new.md", "out/made.md", "../x.md", "away.md", "gone.md"];
    const error = await filesFromList(repository, lines.join("\n"), options).catch((e) => e);
    expect(error).toMatchObject({ code: "LIST_INVALID" });
    expect(error.message.split("\n")).toEqual([
      'list.txt:2: expected a file, found "docs", which is a folder.',
      'list.txt:3: git does not track "new.md": add and commit it first.',
      expect.stringMatching(/^list\.txt:4: .*\.gitignore names it/),
      expect.stringMatching(/^list\.txt:5: "\.\.\/x\.md" leads out of the repository/),
      expect.stringMatching(/^list\.txt:6: "away\.md" leads out of the repository/),
      "… and 1 more of the kind.",
    ]);
  });

  it.each([
    ["image.png", /list\.txt:1: "image\.png" is binary/],
    ['"docs/\\303\\244 b.md"', /there is no file .* Git quotes names .* -z, and cluster -0/],
    ["a.md\0docs/b.md", /list\.txt:1: expected one path a line, found a NUL byte.* -0/],
    ["\n \n", /list\.txt: expected one path a line, found none/],
  ])("refuses %j", async (list, message) => {
    await expect(filesFromList(repository, list, options)).rejects.toThrow(message);
  });

  it("refuses what is not text, with the line", async () => {
    const content = Buffer.concat([Buffer.from("a.md\n"), Buffer.from([0x63, 0xe9, 0x0a])]);
    await expect(filesFromList(repository, content, options)).rejects.toThrow(
      "list.txt:2: expected UTF-8 text, found other bytes.",
    );
  });
});

import { access } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { sampleRepository, temporaryFolder } from "../../src/index.ts";

describe("a sample repository", () => {
  it("has numbered pages in one commit on main, and a clean work tree", async () => {
    await using repository = await sampleRepository({ files: 12 });
    expect(repository.files).toHaveLength(12);
    expect(repository.files[0]).toBe("docs/page-001.md");
    expect(await repository.git("ls-files")).toBe(repository.files.join("\n"));
    expect(await repository.git("rev-list", "--count", "main")).toBe("1");
    expect(await repository.git("status", "--porcelain")).toBe("");
  });

  it("spreads its pages over folders", async () => {
    await using repository = await sampleRepository({ files: 3, folders: 2 });
    expect(repository.files).toEqual([
      "docs/part-01/page-001.md",
      "docs/part-01/page-003.md",
      "docs/part-02/page-002.md",
    ]);
  });

  it("takes files by path and content, and keeps their bytes", async () => {
    await using repository = await sampleRepository({
      files: { "ü/crlf.md": "a\r\nb\r\n", "binary.dat": Uint8Array.of(0, 255) },
    });
    expect(await repository.git("cat-file", "-s", "HEAD:ü/crlf.md")).toBe("6");
    expect(await repository.git("cat-file", "-s", "HEAD:binary.dat")).toBe("2");
  });

  it("has no commit when it has no files", async () => {
    await using repository = await sampleRepository({ files: 0 });
    await expect(repository.git("rev-parse", "--verify", "HEAD")).rejects.toThrow();
  });

  it("commits what is written into it", async () => {
    await using repository = await sampleRepository({ files: 1 });
    await repository.write("new/file.md", "new\n");
    const id = await repository.commit("Add a file");
    expect(await repository.git("log", "-1", "--format=%H %s")).toBe(`${id} Add a file`);
    expect(await repository.read("new/file.md")).toBe("new\n");
  });

  it("reads no configuration of the user", async () => {
    await using repository = await sampleRepository({ files: 1 });
    expect(await repository.git("config", "--list", "--show-scope")).not.toMatch(
      /^(?:global|system)/m,
    );
  });

  it("is gone when it is disposed of, and so is a temporary folder", async () => {
    let paths: string[] = [];
    {
      await using repository = await sampleRepository({ files: 1 });
      await using folder = await temporaryFolder();
      paths = [repository.path, folder.path];
      for (const path of paths) await access(path);
    }
    for (const path of paths) await expect(access(path)).rejects.toThrow("ENOENT");
  });
});

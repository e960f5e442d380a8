import { openRepository, readOnlyFilesFrom } from "@cluster/batch";
import { sampleRepository, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";

test("tracked files are read in the workspace, all others where they are", async () => {
  await using repository = await sampleRepository({ files: { "docs/guide.md": "guide\n" } });
  await using folder = await temporaryFolder();
  await repository.write("notes.txt", "not committed\n");
  const opened = await openRepository(repository.path, { directory: folder.path });
  expect(
    await readOnlyFilesFrom(opened, ["guide.md", "../notes.txt", "/etc/hostname"], {
      cwd: `${repository.path}/docs`,
    }),
  ).toEqual(["docs/guide.md", `${repository.path}/notes.txt`, "/etc/hostname"]);
  await expect(readOnlyFilesFrom(opened, ["missing.md"])).rejects.toMatchObject({
    code: "FILE_MISSING",
    paths: ["missing.md"],
  });
});

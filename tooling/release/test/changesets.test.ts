import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { workspacePackages } from "../src/workspace/packages.ts";
import { workspaceRoot } from "../src/workspace/root.ts";

it("every changeset begins with published packages and their bumps, and then says what is new", async () => {
  const packages = await workspacePackages(workspaceRoot);
  const names = packages.flatMap(({ name, isPrivate }) => (isPrivate ? [] : [name]));
  const changeset = new RegExp(
    `^---\\n(?:"(?:${names.join("|")})": (?:patch|minor|major)\\n)+---\\n\\n\\S`,
  );
  const folder = join(workspaceRoot, ".changeset");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".md"));
  for (const file of files) {
    expect(await readFile(join(folder, file), "utf8"), file).toMatch(changeset);
  }
});

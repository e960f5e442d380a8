import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { writeSettings } from "../../src/command/settings-folder.ts";

test("instances that start at once do not get in each other's way", async () => {
  await using folder = await temporaryFolder();
  const place = join(folder.path, "agent");
  const files = { "settings.json": "{}\n" };
  await Promise.all([1, 2, 3, 4, 5].map(() => writeSettings(place, files)));
  expect(await readdir(place)).toEqual(["settings.json"]);
  expect(await readFile(join(place, "settings.json"), "utf8")).toBe("{}\n");
});

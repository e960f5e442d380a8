import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportFiles, writeReportFiles } from "../../src/report/report-files.ts";
import { sampleOutcome, sampleReport } from "./sample-report.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const REPORT = sampleReport([sampleOutcome(0, "landed")]);

describe("--report", () => {
  it("writes what the ending says, over what was there, and leaves nothing else", async () => {
    await writeFile(join(folder.path, "a.json"), "before");
    const files = reportFiles(["a.json", "b.md", "./c.xml", "b.md"], folder.path);
    expect(await writeReportFiles(REPORT, files)).toEqual([]);
    expect((await readdir(folder.path)).sort()).toEqual(["a.json", "b.md", "c.xml"]);
    const read = (name: string): Promise<string> => readFile(join(folder.path, name), "utf8");
    expect(JSON.parse(await read("a.json"))).toEqual(REPORT);
    expect(await read("b.md")).toMatch(/^# Run 0abc1234: 1 of 1 task landed/);
    expect(await read("c.xml")).toMatch(/^<\?xml /);
  });

  it.each([
    ["none/a.md", /there is no folder .*none/],
    ["a.txt", /ends in none of \.json, \.md, \.xml/],
    ["sub.md", /sub\.md is a folder/],
  ])("refuses %s before anything is begun", async (path, message) => {
    await mkdir(join(folder.path, "sub.md"));
    expect(() => reportFiles([path], folder.path)).toThrow(message);
  });

  it("tells what could not be written after all, and writes the others", async () => {
    const gone = join(folder.path, "gone");
    await mkdir(gone);
    const files = reportFiles(["gone/a.md", "b.md"], folder.path);
    await mkdir(join(gone, "a.md"));
    const problems = await writeReportFiles(REPORT, files);
    expect(problems).toEqual([
      expect.stringMatching(/The report .*gone\/a\.md could not be written/),
    ]);
    expect(await readdir(gone)).toEqual(["a.md"]);
    expect(await readdir(folder.path)).toContain("b.md");
  });
});

import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "@cluster/batch";
import { fakeAgent } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, createBench } from "../harness/bench.ts";

let bench: Bench;
let config: string;

/** The fake agent, which takes the place of gemini: its profile, its proof, its permissions. */
beforeEach(async () => {
  bench = await createBench(3);
  const { file, args } = fakeAgent("no-usage");
  const executable = join(bench.cli.home, "gemini");
  await writeFile(executable, `#!/bin/sh\nexec '${file}' '${args.join("' '")}' "$@"\n`);
  await chmod(executable, 0o755);
  config = join(bench.cli.home, "cluster.config.json");
  const policy = { rules: [{ kinds: ["edit"], paths: ["**/*003*"], decision: "deny" }] };
  const own = { sessionsPerProcess: 3, repositorySettings: "allow", policy };
  const gemini = { use: "gemini", executable, ...own };
  await writeFile(config, JSON.stringify({ tools: { gemini } }));
});
afterEach(() => bench[Symbol.asyncDispose]());

async function run(message: string): Promise<RunReport> {
  const { stdout, stderr } = await bench.cli.run(
    [
      ...["run", "--config", config, "--tool", "gemini", "--workers", "3", "--retries", "0"],
      ...["--json", "-m", message, "docs/*.md"],
    ],
    { cwd: bench.repository.path },
  );
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as RunReport;
}

describe("an agent that speaks ACP", () => {
  it("edits, by its policy, and only what is proven counts", async () => {
    const report = await run("pid\nsay ;\nwrite {{file}} changed");
    const ends = report.tasks.map(({ outcome, evidence }) => [outcome, evidence.reply]);
    const [one, two, three] = ends.map(([, reply]) => reply?.split(";") ?? []);
    // Three workers, and one process.
    expect(new Set([one?.[0], two?.[0], three?.[0]])).toHaveLength(1);
    // It says how it fared, and no tokens prove that a model has answered: only a diff does.
    expect(ends.map(([outcome]) => outcome)).toEqual(["landed", "landed", "unproven"]);
    expect(three?.[1]).toContain("reject_once");
    expect(report.tasks[2]?.reason).toMatchObject({ code: "UNPROVEN" });
    expect(await bench.repository.read(bench.repository.files[0] ?? "")).toBe("changed\n");
    await bench.expectNothingLeft();
  });

  it("tells its failures apart", async () => {
    const report = await run("error 401 Incorrect API key");
    expect(report.tasks[0]).toMatchObject({
      outcome: "tool-error",
      reason: { failureClass: "auth" },
    });
    await bench.expectNothingLeft();
  });
});

// `cluster run --tool …` with real agents, from the command to the commits.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  AGENT_RIGS,
  type AgentModel,
  type AgentModelRequest,
  type ClosedDoor,
  closeDoor,
  startAgentModel,
  stepsInTurn,
} from "@cluster/adapter-acp/trial";
import type { RunReport } from "@cluster/batch";
import { testedAgents } from "@cluster/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ACP_AGENTS } from "../../src/tools/tool-entry.ts";
import { type Bench, createBench } from "../harness/bench.ts";

type AgentName = (typeof ACP_AGENTS)[number];

let bench: Bench;
let model: AgentModel;
let door: ClosedDoor;

beforeEach(async () => {
  bench = await createBench(6);
  model = await startAgentModel();
  door = await closeDoor();
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await model.close();
  await bench[Symbol.asyncDispose]();
});

/** A run with two workers, and the outcome and reason of each file. */
async function run(
  agent: AgentName,
  program: string,
  apiKey: string,
): Promise<{ code: unknown; outcomes: Record<string, string>; report: RunReport }> {
  const rig = AGENT_RIGS[agent]({ url: model.url, apiKey });
  for (const [path, content] of Object.entries(rig.files ?? {})) {
    await mkdir(dirname(join(bench.cli.home, path)), { recursive: true });
    await writeFile(join(bench.cli.home, path), content);
  }
  const { code, stdout, stderr } = await bench.run(
    [
      ...["-m", "Add a line.", "docs/*.md", "--tool", agent, "-w", "2", "--retries", "0"],
      ...["--idle-timeout", "30s", "--json"],
      ...(rig.model === undefined ? [] : ["--model", rig.model]),
    ],
    {
      env: {
        ...door.variables,
        ...rig.environment,
        [`CLUSTER_${agent.toUpperCase().replaceAll("-", "_")}`]: program,
      },
    },
  );
  expect(stdout, stderr).toMatch(/^\{/);
  const report = JSON.parse(stdout) as RunReport;
  const outcomes = report.tasks.map(({ files, outcome }) => [
    (files ?? [])[0]?.slice(-"0.md".length) ?? "",
    outcome,
  ]);
  return { code, outcomes: Object.fromEntries(outcomes), report };
}

const PAGE = /docs\/page-00(\d)\.md/;
const pageOf = ({ prompt }: AgentModelRequest): string => PAGE.exec(prompt)?.[1] ?? "";

for (const { agent, program } of testedAgents<AgentName>()) {
  describe.skipIf(program === null)(`cluster run --tool ${agent}`, () => {
    test("lands what was edited, and tells what became of the rest", async () => {
      let refusals = 0;
      model.setScript((request) => {
        const page = pageOf(request);
        const file = { path: `docs/page-00${page}.md`, content: `Page ${page}, by ${agent}\n` };
        const edit = stepsInTurn({ write: file }, { text: "Done." });
        // Says that it is done, and has done nothing.
        if (page === "4") return stepsInTurn({ text: "I have edited it." })(request);
        // Refused for quota until the breaker has seen it, and then served.
        if (page === "5" && request.tools.length > 0 && refusals++ < 2) {
          return { kind: "status", status: 429, retryAfter: 1 };
        }
        // What it wants beyond its file is refused, or undone.
        if (page === "6") {
          const elsewhere = { path: "../elsewhere.md", content: "elsewhere\n" };
          return stepsInTurn({ write: elsewhere }, { text: "Done." })(request);
        }
        return edit(request);
      });
      const { outcomes, report } = await run(agent, program ?? "", model.apiKey);
      expect(outcomes, JSON.stringify(report.tasks, null, 1)).toEqual({
        "1.md": "landed",
        "2.md": "landed",
        "3.md": "landed",
        "4.md": "no-change",
        "5.md": "landed",
        // codex ends a turn in which something was refused
        "6.md": agent.startsWith("codex") ? "tool-error" : "no-change",
      });
      for (const page of ["1", "2", "3", "5"]) {
        const landed = await bench.repository.git("show", `HEAD:docs/page-00${page}.md`);
        expect(landed).toBe(`Page ${page}, by ${agent}`);
      }
      // Nothing of one task was told to the model in another one.
      for (const request of model.requests.filter(({ tools }) => tools.length > 0)) {
        const others = request.body.match(/Page \d, by/g) ?? [];
        for (const other of others) expect(other).toBe(`Page ${pageOf(request)}, by`);
      }
      await bench.expectNothingLeft();
    });

    test("gives up when the key is refused, and lands nothing", async () => {
      const before = await bench.repository.git("rev-parse", "HEAD");
      const { code, outcomes, report } = await run(agent, program ?? "", "a-wrong-key");
      expect(code, JSON.stringify(report.tasks, null, 1)).toBe(4);
      expect(Object.values(outcomes)).not.toContain("landed");
      expect(JSON.stringify(report.tasks)).toContain("auth");
      expect(await bench.repository.git("rev-parse", "HEAD")).toBe(before);
      expect(model.requests.every(({ authorized }) => !authorized)).toBe(true);
    });
  });
}

// Real tools in one run, and side by side: aider, codex and gemini, each with a model of its own.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  AGENT_RIGS,
  type AgentModel,
  type ClosedDoor,
  closeDoor,
  startAgentModel,
  stepsInTurn,
} from "@cluster/adapter-acp/trial";
import { findAider, installAider } from "@cluster/adapter-aider";
import type { RunEvent, RunReport } from "@cluster/batch";
import {
  documentIdLine,
  type StandInModel,
  startStandInModel,
  testedAgents,
} from "@cluster/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Comparison } from "../../src/compare/comparison.ts";
import { type Bench, createBench } from "../harness/bench.ts";
import type { CliResult } from "../harness/cli.ts";

const programOf = (name: string): string | null =>
  testedAgents().find(({ agent }) => agent === name)?.program ?? null;
const codex = programOf("codex");
const gemini = programOf("gemini");

let aider: string;
let bench: Bench;
let forAider: StandInModel;
let forCodex: AgentModel;
let forGemini: AgentModel;
let door: ClosedDoor;

beforeAll(async () => {
  const found = await findAider();
  aider = (found.found ? found : await installAider()).executable;
}, 300_000);

beforeEach(async () => {
  bench = await createBench(8);
  door = await closeDoor();
  forAider = await startStandInModel();
  forCodex = await modelOf("codex");
  forGemini = await modelOf("gemini");
});
afterEach(async () => {
  await forGemini.close();
  await forCodex.close();
  await forAider.close();
  await door[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

/** A model that writes into each page whose it is. */
async function modelOf(author: string): Promise<AgentModel> {
  const model = await startAgentModel();
  model.setScript((request) => {
    const page = /docs\/page-00(\d)\.md/.exec(request.prompt)?.[1] ?? "";
    const file = { path: `docs/page-00${page}.md`, content: `Page ${page}, by ${author}\n` };
    return stepsInTurn({ write: file }, { text: "Done." })(request);
  });
  return model;
}

/** `cluster run` on all files, each tool with its own settings from the configuration. */
async function run(args: readonly string[], aiderKey: string): Promise<CliResult> {
  const { home } = bench.cli;
  const rigs = [
    AGENT_RIGS.codex({ url: forCodex.url, apiKey: forCodex.apiKey }),
    AGENT_RIGS.gemini({ url: forGemini.url, apiKey: forGemini.apiKey }),
  ];
  const settings = await forAider.writeAiderSettings(home);
  const config = join(home, "fleet.json");
  const tools = {
    aider: {
      use: "aider",
      executable: aider,
      model: forAider.model,
      args: [
        ...["--openai-api-base", forAider.baseUrl],
        ...["--model-settings-file", settings.modelSettingsFile],
        ...["--model-metadata-file", settings.modelMetadataFile],
      ],
    },
    codex: { use: "codex", executable: codex },
    ...(gemini === null
      ? {}
      : { gemini: { use: "gemini", executable: gemini, model: "gemini-2.5-flash" } }),
  };
  await writeFile(config, JSON.stringify({ tools }));
  for (const [path, content] of rigs.flatMap(({ files = {} }) => Object.entries(files))) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), content);
  }
  const all = ["run", "--config", config, "-m", "Add a line.", ...args];
  const rigged = Object.assign({}, ...rigs.map(({ environment }) => environment));
  const env = { ...door.variables, ...rigged, OPENAI_API_KEY: aiderKey };
  return await bench.cli.run(all, { cwd: bench.repository.path, env });
}

const reportOf = ({ stdout, stderr }: CliResult): RunReport => {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as RunReport;
};

/** Who wrote each page, by what is in it. */
async function authors(at = "HEAD"): Promise<Readonly<Record<string, string>>> {
  const names = Array.from({ length: 8 }, (_, i) => `docs/page-00${i + 1}.md`);
  const written = names.map(async (name): Promise<[string, string]> => {
    const text = await bench.repository.git("show", `${at}:${name}`);
    const written = /^Page (\d), by (\w+)$/.exec(text);
    if (written?.[1] === name[name.length - 4]) return [name, written?.[2] ?? ""];
    return [name, text.includes(documentIdLine(name)) ? "aider" : "nobody"];
  });
  return Object.fromEntries(await Promise.all(written));
}

describe.skipIf(codex === null)("several agents in one run", () => {
  test.skipIf(gemini === null)("share the files, and what each lands is its own", async () => {
    const crew = ["--tool", "aider:2,codex:2,gemini:1"];
    const result = await run(["docs/*.md", ...crew, "--json"], forAider.apiKey);
    const { counts, tasks, byTool, ok } = reportOf(result);
    expect({ ok, landed: counts.landed }, result.stderr).toEqual({ ok: true, landed: 8 });
    const told = tasks.map(({ files, evidence }) => [files[0], evidence.tool]);
    expect(await authors()).toEqual(Object.fromEntries(told));
    expect(byTool.map(({ tool }) => tool).sort()).toEqual(["aider", "codex", "gemini"]);
    for (const { counts: own } of byTool) expect(own.landed).toBeGreaterThanOrEqual(1);
    await bench.expectNothingLeft();
  });

  test("codex goes on with what aider leaves, whose key is refused", async () => {
    const args = ["docs/*.md", "--tool", "aider:2,codex:2", "--retries", "0"];
    const { code, stdout, stderr } = await run(args, "a-wrong-key");
    expect(code, stderr).toBe(0);
    expect(new Set(Object.values(await authors()))).toEqual(new Set(["codex"]));
    expect(stdout).toMatch(/^aider +none +[12] +[12] /m);
    expect(stdout).toMatch(/^codex +8 landed +0 +8 /m);
    expect(stderr).toContain("aider gets no more tasks that others can do: ");
    expect(stderr).toMatch(/^another attempt at docs\/\S+ after tool-error by aider: .*API key/m);
    await bench.expectNothingLeft();
  });

  test("an aider whose only task it is lives for that one", async () => {
    const list = join(bench.cli.home, "tasks.csv");
    const rows = ["1.md,aider", "2.md,codex", "3.md,codex"].map((row) => `docs/page-00${row}`);
    await writeFile(list, `file,tool\n${rows.join("\n")}\n`);
    const result = await run(
      ["--tasks", list, "--tool", "aider:3,codex:2", "--json"],
      forAider.apiKey,
    );
    expect(reportOf(result).counts.landed, result.stderr).toBe(3);
    const { stdout } = await bench.cli.run(["logs", "--json"], { cwd: bench.repository.path });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
    const ends = events.flatMap((event) =>
      event.type === "pool" && event.event.type === "process.ended"
        ? [`${event.tool} ${event.event.reason}`]
        : [],
    );
    expect(ends.filter((end) => end.startsWith("aider"))).toEqual(["aider turn-over"]);
    await bench.expectNothingLeft();
  });

  test("do the same tasks side by side", async () => {
    const args = ["docs/*.md", "--compare", "aider,codex", "-n", "3", "-w", "2", "--json"];
    const result = await run(args, forAider.apiKey);
    expect(result.code, result.stderr).toBe(0);
    const { runs, tasks } = JSON.parse(result.stdout) as Comparison;
    expect(runs.map(({ tool, landed, end }) => [tool, landed, end])).toEqual([
      ["aider", 3, "complete"],
      ["codex", 3, "complete"],
    ]);
    expect(tasks.map(({ results }) => results.map((one) => one?.outcome))).toEqual(
      Array.from({ length: 3 }, () => ["landed", "landed"]),
    );
    expect(new Set(Object.values(await authors()))).toEqual(new Set(["nobody"]));
    for (const { branch, tool } of runs) {
      const landed = Object.values(await authors(branch ?? ""));
      expect(landed.filter((author) => author === tool)).toHaveLength(3);
    }
    await bench.expectNothingLeft({ branches: 2 });
  });
});

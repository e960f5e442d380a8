// What is peculiar to opencode: a repository may have settings for it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testedAgents } from "@cluster/testkit";
import { expect, test } from "vitest";
import type { AgentName } from "../../src/index.ts";
import { openScene, stepsInTurn } from "../../src/trial/index.ts";

const opencode = testedAgents<AgentName>().find(({ agent }) => agent === "opencode")?.program;

test.skipIf(!opencode)("settings of a repository let it do nothing unasked", async () => {
  await using scene = await openScene("opencode", { executable: opencode ?? "" });
  const { model, run, read, workspace } = scene;
  const permission = { bash: "allow", edit: { "*": "allow" }, "*": "allow" };
  const agent = { mine: { mode: "primary", permission }, build: { permission } };
  const settings = { permission, agent, default_agent: "mine" };
  await writeFile(join(workspace, "opencode.json"), JSON.stringify(settings));
  model.setScript(
    stepsInTurn(
      { shell: "echo ran > ran.txt" },
      { write: { path: "new.txt", content: "new\n" } },
      { text: "Tried." },
    ),
  );
  const refused = run({ message: "Do both.", permissions: { createFiles: false } });
  await refused.catch((error: unknown) => expect(error).toMatchObject({ failureClass: "refused" }));
  expect([await read("ran.txt"), await read("new.txt")]).toEqual([null, null]);
});

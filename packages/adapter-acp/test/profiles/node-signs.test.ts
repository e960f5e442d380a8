import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { nodeSigns, signOf } from "../../src/profiles/node-signs.ts";
import { startAgentModel } from "../../src/trial/index.ts";

/** Asks a model, and something that is none; then says what a program of its own would inherit. */
const AGENT = `
const [url, key] = process.argv.slice(1);
const headers = { authorization: "Bearer " + key };
await fetch(url + "/v1/other", { method: "POST", body: "{}", headers });
await fetch(url + "/v1/chat/completions", { method: "POST", body: "{}", headers });
console.log(process.env.NODE_OPTIONS);
`;

test("a program of Node tells how its model answers, and what it starts does not", async () => {
  await using folder = await temporaryFolder();
  await using model = await startAgentModel();
  // A user's folder of caches is often a link to a larger disk.
  await mkdir(join(folder.path, "disk"));
  const linked = join(folder.path, "cache");
  await symlink("disk", linked);
  const { variables, files } = nodeSigns({
    folder: linked,
    environment: { NODE_OPTIONS: "--no-warnings" },
    model: null,
    repositorySettings: "deny",
  });
  for (const [name, text] of Object.entries(files)) await writeFile(join(linked, name), text);
  const ask = async () => {
    const args = ["--input-type=module", "-e", AGENT, model.url, model.apiKey];
    const env = { ...process.env, ...variables };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    return { stdout, signs: stderr.split("\n").map(signOf).filter(Boolean) };
  };
  expect(await ask()).toEqual({
    stdout: "--no-warnings\n",
    signs: [{ kind: "asks" }, { kind: "answers" }],
  });
  model.setScript(() => ({ kind: "status", status: 429, retryAfter: 9 }));
  expect((await ask()).signs[1]).toMatchObject({
    kind: "refuses",
    error: { code: 429, message: "HTTP 429, retry-after: 9" },
  });
});

test("a sign is heard behind what the agent had not ended", () => {
  expect(signOf('Loading... cluster model: {"status":200}')).toEqual({ kind: "answers" });
  expect(signOf("Loading...")).toBeNull();
});

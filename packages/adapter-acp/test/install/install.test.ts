import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder, waitFor } from "@cluster/testkit";
import { expect, test } from "vitest";
import { findAgent, installAgent } from "../../src/index.ts";
import { FAKE_AGENT, fakeNpm } from "./fake-npm.ts";

test("a version is installed once, without scripts but the one that it needs, and found then", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const npm = await fakeNpm(folder.path, "installs");
  const told: string[] = [];
  const options = {
    directory,
    environment: npm.environment,
    onProgress: ({ message }: { message: string }) => void told.push(message),
  };
  const program = await installAgent(FAKE_AGENT, options);
  expect(program).toMatchObject({ version: "1.2.3", args: [] });
  await access(join(directory, "1.2.3/node_modules/fake-agent/ran"));
  expect(await installAgent(FAKE_AGENT, options)).toEqual(program);
  const calls = await npm.calls();
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatch(/--ignore-scripts --no-audit --no-fund .*fake-agent@1\.2\.3$/);
  expect(told).toEqual([
    "Getting fake-agent 1.2.3 (1 MB)",
    "Setting fake-agent up",
    `fake 1.2.3 is installed in ${join(directory, "1.2.3")}`,
  ]);
  expect(await findAgent(FAKE_AGENT, { directory, environment: { PATH: "" } })).toEqual({
    found: true,
    origin: "installed",
    ...program,
  });
});

test("of two at once one installs, and the other one waits", async () => {
  await using folder = await temporaryFolder();
  const npm = await fakeNpm(folder.path, "installs");
  const options = { directory: join(folder.path, "agents"), environment: npm.environment };
  const both = await Promise.all([
    installAgent(FAKE_AGENT, options),
    installAgent(FAKE_AGENT, options),
  ]);
  expect(both[0]).toEqual(both[1]);
  expect(await npm.calls()).toHaveLength(1);
});

/** What npm has begun to install, and is not whole yet. */
async function begun(directory: string): Promise<string[]> {
  const paths = await readdir(directory, { recursive: true }).catch(() => []);
  return paths.filter((path) => /^unfinished-\d+\/node_modules\/fake-agent$/.test(path));
}

test("half of an installation is never used, and the next one begins anew", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const hanging = await fakeNpm(folder.path, "hangs");
  const script = `
    import { installAgent } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
    await installAgent(${JSON.stringify(FAKE_AGENT)}, ${JSON.stringify({ directory, environment: hanging.environment })});`;
  const killed = spawn(process.execPath, [
    "--conditions=@cluster/source",
    "--input-type=module",
    "--eval",
    script,
  ]);
  const ended = once(killed, "exit");
  // The folder is what an npm that goes on for a moment must not make later.
  await waitFor(async () => (await begun(directory)).length > 0, { what: "npm to begin" });
  killed.kill("SIGKILL");
  await ended;
  expect(await findAgent(FAKE_AGENT, { directory, environment: {} })).toMatchObject({
    found: false,
  });
  const npm = await fakeNpm(folder.path, "installs");
  await installAgent(FAKE_AGENT, { directory, environment: npm.environment });
  expect((await readdir(directory)).sort()).toEqual(["1.2.3", "installing"]);
});

test("giving up ends npm and leaves nothing", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const npm = await fakeNpm(folder.path, "hangs");
  const stop = new AbortController();
  const installing = installAgent(FAKE_AGENT, {
    directory,
    environment: npm.environment,
    signal: stop.signal,
  });
  installing.catch(() => {});
  await waitFor(async () => (await npm.calls()).length > 0, { what: "npm to be called" });
  const reason = new Error("Enough.");
  stop.abort(reason);
  await expect(installing).rejects.toBe(reason);
  expect(await readdir(directory)).toEqual(["installing"]);
});

test("without a network it says so, in npm's words and without its log", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const npm = await fakeNpm(folder.path, "has no network");
  const installing = installAgent(FAKE_AGENT, { directory, environment: npm.environment });
  await expect(installing).rejects.toMatchObject({
    code: "INSTALL_FAILED",
    reason:
      "fake-agent 1.2.3 could not be installed: code ENOTFOUND network request to the registry failed",
    remedy: expect.stringContaining("Check the network"),
  });
  expect(await readdir(directory)).toEqual(["installing"]);
});

test("a package without a program for this machine is not installed", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const npm = await fakeNpm(folder.path, "brings no program");
  const { script: _, ...wanted } = FAKE_AGENT.package ?? { name: "", version: "", licence: "" };
  const installing = installAgent(
    { ...FAKE_AGENT, package: wanted },
    { directory, environment: npm.environment },
  );
  await expect(installing).rejects.toMatchObject({ code: "INSTALL_FAILED" });
  expect(await readdir(directory)).toEqual(["installing"]);
});

test("without npm it says where npm comes from", async () => {
  await using folder = await temporaryFolder();
  await expect(
    installAgent(FAKE_AGENT, { directory: folder.path, environment: { PATH: folder.path } }),
  ).rejects.toMatchObject({ code: "NPM_MISSING" });
});

test("what is proprietary is the user's to install", async () => {
  await using folder = await temporaryFolder();
  await expect(installAgent("claude", { directory: folder.path })).rejects.toMatchObject({
    code: "AGENT_NOT_OURS",
    message: expect.stringMatching(/proprietary.*npm install --global @agentclientprotocol/),
  });
  expect(await readdir(folder.path)).toEqual([]);
});

test("a path wins over a variable, a variable over PATH, PATH over what was installed", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "agents");
  const npm = await fakeNpm(folder.path, "installs");
  const installed = await installAgent(FAKE_AGENT, { directory, environment: npm.environment });
  const onPath = join(folder.path, "bin", "fake-agent");
  await writeFile(onPath, "#!/bin/sh\n", { mode: 0o755 });
  const environment = { PATH: join(folder.path, "bin"), CLUSTER_FAKE: installed.file };
  const executable = onPath;
  const found = (options: Parameters<typeof findAgent>[1]) =>
    findAgent(FAKE_AGENT, { directory, ...options });
  expect(await found({ executable, environment })).toMatchObject({
    origin: "options",
    file: onPath,
  });
  expect(await found({ environment })).toMatchObject({ origin: "variable", version: "1.2.3" });
  expect(await found({ environment: { PATH: environment.PATH } })).toMatchObject({
    origin: "PATH",
    file: onPath,
    version: "unknown",
  });
  expect(await found({ environment: { CLUSTER_FAKE: "/no/such/agent" } })).toEqual({
    found: false,
    reason: "CLUSTER_FAKE names /no/such/agent, which is no program.",
    remedy: "Name one, or unset it.",
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { standInModelCommand, temporaryFolder } from "../../src/index.ts";

interface Serving {
  readonly server: ChildProcess;
  readonly said: Record<string, string>;
  readonly exited: Promise<unknown[]>;
}

async function serve(...options: string[]): Promise<Serving> {
  const { file, args } = standInModelCommand(...options);
  const server = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  const exited = once(server, "exit");
  const [line] = await once(createInterface({ input: server.stdout }), "line");
  return { server, said: JSON.parse(line), exited };
}

describe("the stand-in model as a process", () => {
  it("prints where it listens, serves, and ends with its stdin", async () => {
    const { server, said, exited } = await serve("--key", "secret");
    const headers = { authorization: `Bearer ${said.apiKey}` };
    expect((await fetch(`${said.baseUrl}/models`, { headers })).status).toBe(200);
    expect(said.apiKey).toBe("secret");
    server.stdin?.end();
    expect(await exited).toEqual([0, null]);
  });

  it("ends at SIGTERM", async () => {
    const { server, exited } = await serve();
    server.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  it("writes aider's settings where it is told to", async () => {
    await using folder = await temporaryFolder();
    const { server, said, exited } = await serve("--settings", folder.path);
    server.stdin?.end();
    await exited;
    const settings = JSON.parse(await readFile(said.modelSettingsFile ?? "", "utf8"));
    const metadata = JSON.parse(await readFile(said.modelMetadataFile ?? "", "utf8"));
    expect(settings[0]).toMatchObject({ name: said.model, extra_params: { max_retries: 0 } });
    expect(metadata[said.model ?? ""].input_cost_per_token).toBeGreaterThan(0);
    expect(Object.keys(metadata)).toEqual([said.model, said.weakModel]);
  });
});

import { type AgentTask, childProcessHost, type TurnContext } from "@cluster/pool";
import { sampleRepository, startStandInModel, temporaryFolder } from "@cluster/testkit";
import { expect, test } from "vitest";
import { aiderAdapter } from "../../src/index.ts";
import { realAider } from "../support/aider.ts";

const hosts = ["fork", "process"] as const;

test.each(hosts)(
  "a connection without a pool, %s: ready, a sign of life, a turn, goodbye",
  async (host) => {
    await using model = await startStandInModel();
    await using home = await temporaryFolder();
    await using repository = await sampleRepository({ files: { "one.md": "# One\n" } });
    const { modelSettingsFile, modelMetadataFile } = await model.writeAiderSettings(home.path);
    const { executable } = await realAider();
    const secret = "not-for-the-list-of-processes";
    const adapter = aiderAdapter({
      executable,
      host,
      model: model.model,
      extraArguments: [
        ...["--model-settings-file", modelSettingsFile, "--model-metadata-file", modelMetadataFile],
        ...["--api-key", `somebody=${secret}`],
      ],
      environment: {
        HOME: home.path,
        OPENAI_API_BASE: model.baseUrl,
        OPENAI_API_KEY: model.apiKey,
      },
    });
    const slot = { index: 0, generation: 0, cwd: repository.path };
    const { file, args = [], env = {} } = await adapter.command(slot);
    expect([file, ...args].join(" ")).not.toContain(secret);
    const signal = AbortSignal.timeout(100_000);
    const nursery = typeof adapter.host === "function" ? adapter.host() : childProcessHost();
    const process = await nursery.start({ file, args, env, cwd: repository.path }, signal);
    try {
      const connection = adapter.connect(process, slot);
      await connection.ready(signal);
      await connection.ping?.(signal);
      const context: TurnContext = {
        signal,
        emit: () => {},
        ask: async () => ({ kind: "confirm", yes: false }),
        endedBy: () => {},
      };
      const task: AgentTask = { message: "Add an id", files: ["one.md"] };
      expect(await connection.run(task, context)).toMatchObject({ claimedEdits: ["one.md"] });
      // Nothing is under way: there is nothing to stop.
      await connection.interrupt?.();
      await connection.close?.();
      expect(await process.exited).toEqual({ kind: "code", code: 0 });
    } finally {
      process.kill("SIGKILL", "group");
      await nursery.dispose();
    }
  },
);

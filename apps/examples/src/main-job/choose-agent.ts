import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AiderError, findAider, installAider } from "@cluster/adapter-aider";
import { startStandInModel } from "@cluster/testkit";

/** How long the stand-in model takes for an answer, in milliseconds: about as long as a fast real one. */
const MODEL_LATENCY_MS = 1_000;

/** What to give to `cluster run`, and what to end after it. */
export interface ChosenAgent {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/**
 * Real aider, installed if need be, with the stand-in model or, with `--real`, the user's own; or the
 * sample agent of the testkit where aider cannot be had.
 */
export async function chooseAgent(
  flags: readonly string[],
  say: (text: string) => void,
): Promise<ChosenAgent> {
  if (!(await aiderIsThere(say))) return sampleAgent(say);
  if (flags[0] === "--real") {
    say("Model: the one that your environment's API key is for (--real)");
    return { arguments: flags.slice(1), environment: {}, dispose: async () => {} };
  }
  return aiderWithStandInModel(say);
}

async function aiderIsThere(say: (text: string) => void): Promise<boolean> {
  const found = await findAider();
  if (found.found) {
    say(`Tool: aider ${found.version} (${found.executable})`);
    return true;
  }
  say("Tool: aider is not here yet; it is installed once, into a private environment …");
  try {
    const installation = await installAider({ onProgress: ({ message }) => say(`  ${message}`) });
    say(`Tool: aider ${installation.version} (${installation.executable})`);
    return true;
  } catch (error) {
    if (!(error instanceof AiderError) || error.code !== "PYTHON_MISSING") throw error;
    say(error.message);
    return false;
  }
}

async function aiderWithStandInModel(say: (text: string) => void): Promise<ChosenAgent> {
  const model = await startStandInModel({ latencyMs: MODEL_LATENCY_MS });
  const folder = await mkdtemp(join(tmpdir(), "cluster-model-"));
  const { modelSettingsFile, modelMetadataFile } = await model.writeAiderSettings(folder);
  say(
    `Model: a stand-in on loopback, ${model.baseUrl}, that takes ${MODEL_LATENCY_MS / 1000} s for an ` +
      "answer. No key is needed and nothing is paid; costs are computed with made-up prices.",
  );
  return {
    arguments: [
      "--model",
      model.model,
      "--",
      "--openai-api-base",
      model.baseUrl,
      "--model-settings-file",
      modelSettingsFile,
      "--model-metadata-file",
      modelMetadataFile,
    ],
    environment: { OPENAI_API_KEY: model.apiKey },
    async dispose() {
      await model.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function sampleAgent(say: (text: string) => void): ChosenAgent {
  say("Tool: the sample agent instead, a small program that edits without a model.");
  const config = fileURLToPath(new URL("./sample-agent.config.ts", import.meta.url));
  return {
    arguments: ["--config", config, "--tool", "sample-agent"],
    environment: {},
    dispose: async () => {},
  };
}

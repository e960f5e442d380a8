import { record, tokens, usageProves } from "../proof/usage.ts";
import type { AgentProfile, Preparation, PreparationRequest } from "./profile.ts";

const VERTEX_VARIABLE = "GOOGLE_GENAI_USE_VERTEXAI";

/** gemini-cli of Google. */
export const gemini: AgentProfile = {
  name: "gemini",
  command: "gemini",
  arguments: ["--acp"],
  environment: ["GEMINI_*", "GOOGLE_*"],
  // One process instead of two, and a second less to start.
  variables: { GEMINI_CLI_NO_RELAUNCH: "true" },
  prepare,
  mode: "default",
  // It does not recognise our "no such file", and could make no file that is new.
  fileCalls: "write",
  usage: (answer) =>
    tokens(record(record(record(answer._meta).quota).token_count), "input_tokens", "output_tokens"),
  proof: usageProves,
  package: { name: "@google/gemini-cli", version: "0.61.0", licence: "Apache-2.0" },
};

/**
 * What holds for every folder goes over the user's settings, what is only better beneath them: a
 * worktree is a folder that nobody has been asked to trust, and a key in the environment means that
 * nobody has logged in.
 */
function prepare({ folder, environment, model }: PreparationRequest): Preparation {
  const byKey = environment.GEMINI_API_KEY !== undefined && environment[VERTEX_VARIABLE] !== "true";
  return {
    ...(model === null ? {} : { arguments: ["-m", model] }),
    variables: {
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: `${folder}/settings.json`,
      GEMINI_CLI_SYSTEM_DEFAULTS_PATH: `${folder}/defaults.json`,
    },
    files: {
      "settings.json": json({ security: { folderTrust: { enabled: false } } }),
      "defaults.json": json({
        ...(byKey ? { security: { auth: { selectedType: "gemini-api-key" } } } : {}),
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, maxAttempts: 2 },
      }),
    },
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

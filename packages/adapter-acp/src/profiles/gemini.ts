import { record, tokens, usageProves } from "../proof/usage.ts";
import { nodeSigns, signOf } from "./node-signs.ts";
import type { AgentProfile } from "./profile.ts";

/** gemini-cli of Google. */
export const gemini: AgentProfile = {
  name: "gemini",
  command: "gemini",
  arguments: ["--acp"],
  environment: ["GEMINI_*", "GOOGLE_*"],
  variables: {
    // One process instead of two, and a second less to start.
    GEMINI_CLI_NO_RELAUNCH: "true",
  },
  // Settings have no place but the user's own: a file for the system has to be root's.
  prepare: (request) => {
    const { files, variables } = nodeSigns(request);
    const { model, repositorySettings } = request;
    return {
      ...(model !== null && { arguments: ["-m", model] }),
      // Whoever is not trusted has no servers, no hooks, no tools and no variables of its own.
      variables: {
        ...variables,
        GEMINI_CLI_TRUST_WORKSPACE: repositorySettings === "allow" ? "true" : "false",
      },
      files,
    };
  },
  instructions: ["GEMINI.md"],
  mode: "default",
  // It does not recognise our "no such file", and could make no file that is new.
  fileCalls: "write",
  usage: (answer) =>
    tokens(record(record(record(answer._meta).quota).token_count), "input_tokens", "output_tokens"),
  proof: usageProves,
  // Unless the user's settings bound it, it tries ten times.
  modelSign: signOf,
  login: {
    variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS"],
    files: [".gemini/oauth_creds.json"],
    remedy: "export GEMINI_API_KEY=…, or run {{program}} once and log in",
  },
  package: { name: "@google/gemini-cli", version: "0.61.0", licence: "Apache-2.0", megabytes: 100 },
};

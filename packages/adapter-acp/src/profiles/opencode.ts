import { record, usageProves } from "../proof/usage.ts";
import type { AgentProfile, ModelSign } from "./profile.ts";
import { ALL_PROVIDERS } from "./providers.ts";

/**
 * Rules of a repository or of the user are older, and the last one that matches decides. With the star none
 * of them has the same name, whose place ours would take.
 */
const ASK = { "edit*": "ask", "bash*": "ask", "webfetch*": "ask", "task*": "deny" };

/** opencode, whose provider and model stand in its own configuration. */
export const opencode: AgentProfile = {
  name: "opencode",
  command: "opencode",
  arguments: ["acp"],
  environment: ["OPENCODE_*", ...ALL_PROVIDERS],
  variables: {
    OPENCODE_DISABLE_AUTOUPDATE: "true",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    // What is refused it tries six times, and each time waits for as long as it is asked to: only its log tells.
    OPENCODE_PRINT_LOGS: "1",
    OPENCODE_LOG_LEVEL: "INFO",
  },
  // Over the user's configuration: without it opencode edits and runs commands unasked, and has a model
  // invent a title for each task.
  prepare: ({ environment, model, repositorySettings }) => {
    const config = record(configOf(environment.OPENCODE_CONFIG_CONTENT));
    const agents = record(config.agent);
    return {
      variables: {
        // Its plugins run all the same: nothing keeps opencode from those.
        ...(repositorySettings === "deny" && { OPENCODE_DISABLE_PROJECT_CONFIG: "1" }),
        OPENCODE_CONFIG_CONTENT: JSON.stringify({
          ...config,
          permission: ASK,
          agent: {
            ...agents,
            build: { ...record(agents.build), permission: ASK },
            title: { disable: true },
          },
          ...(model === null ? {} : { model }),
        }),
      },
    };
  },
  instructions: ["AGENTS.md", "CLAUDE.md", "CONTEXT.md"],
  // Its modes are its agents; whatever another one may do unasked, this one may not.
  mode: "build",
  proof: usageProves,
  modelSign: signOf,
  login: {
    variables: [
      "ANTHROPIC_API_KEY",
      "GEMINI_API_KEY",
      "OPENAI_API_KEY",
      "OPENROUTER_API_KEY",
      "OPENCODE_CONFIG_CONTENT",
    ],
    files: [".local/share/opencode/auth.json"],
    remedy:
      "run {{program}} auth login, or export your provider's key, such as ANTHROPIC_API_KEY=…",
  },
  package: {
    name: "opencode-ai",
    version: "1.18.33",
    licence: "MIT",
    megabytes: 354,
    script: "postinstall.mjs",
  },
};

/** A line of its log: a step of its work, and each of its requests, by the name of the message. */
function signOf(line: string): ModelSign | null {
  const [, quoted, plain] = /\bmessage=(?:"([^"]*)"|(\S+))/.exec(line) ?? [];
  switch (quoted ?? plain) {
    case "loop":
      return { kind: "answers" };
    case "stream":
      return { kind: "asks" };
    case "stream error": {
      const [, message = ""] = /\berror\.error="(.*)"/.exec(line) ?? [];
      return { kind: "refuses", error: { code: null, message, data: null } };
    }
    default:
      return null;
  }
}

function configOf(text: string | undefined): object {
  try {
    const config: unknown = JSON.parse(text ?? "{}");
    return typeof config === "object" && config !== null ? config : {};
  } catch {
    return {};
  }
}

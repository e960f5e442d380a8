import type { AgentName } from "../profiles/table.ts";

/** The scripted model that an agent is pointed at. */
export interface RigModel {
  /** Without a path. */
  readonly url: string;
  readonly apiKey: string;
}

/** How an agent is pointed at a model of our own: nothing of it is the user's. */
export interface Rig {
  readonly environment: Readonly<Record<string, string>>;
  /** Settings, by their place in the agent's home. */
  readonly files?: Readonly<Record<string, string>>;
  readonly model?: string;
}

/** How each agent of our table is pointed at a model of our own. */
export const AGENT_RIGS: Readonly<Record<AgentName, (model: RigModel) => Rig>> = {
  gemini: ({ url, apiKey }) => ({
    environment: { GEMINI_API_KEY: apiKey, GOOGLE_GEMINI_BASE_URL: url },
    files: {
      ".gemini/settings.json": json({
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true },
      }),
    },
    model: "gemini-2.5-flash",
  }),
  opencode: ({ url, apiKey }) => ({
    environment: {
      // It installs a package of its own for whatever folder it has settings in, whether it is used or not.
      NPM_CONFIG_REGISTRY: url,
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        share: "disabled",
        small_model: "scripted/model",
        provider: {
          scripted: {
            npm: "@ai-sdk/openai-compatible",
            options: { baseURL: `${url}/v1`, apiKey },
            models: { model: { limit: { context: 128_000, output: 8_000 } } },
          },
        },
      }),
    },
    model: "scripted/model",
  }),
  codex: codexWith("gpt-5.4"),
  "codex-acp-2": codexWith("gpt-5.5"),
  claude: ({ url, apiKey }) => ({
    environment: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: apiKey },
  }),
  qwen: ({ url, apiKey }) => ({
    environment: { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: apiKey, OPENAI_MODEL: "model" },
  }),
  copilot: ({ url, apiKey }) => ({
    environment: {
      COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
      COPILOT_PROVIDER_API_KEY: apiKey,
      COPILOT_MODEL: "model",
      COPILOT_OFFLINE: "true",
    },
  }),
};

/** @param known A model that this codex knows: with any other it offers no tool for edits. */
function codexWith(known: string): (model: RigModel) => Rig {
  return ({ url, apiKey }) => ({
    environment: { CODEX_SCRIPTED_KEY: apiKey },
    files: { ".codex/config.toml": codexSettings(known, url) },
  });
}

function codexSettings(model: string, url: string): string {
  return `
model = "${model}"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
plugins = false
apps = false
remote_plugin = false
[model_providers.scripted]
name = "scripted"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "CODEX_SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

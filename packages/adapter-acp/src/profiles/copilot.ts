import { usageProves } from "../proof/usage.ts";
import type { AgentProfile } from "./profile.ts";

/**
 * GitHub's Copilot CLI. It is proprietary: whoever wants it accepts GitHub's terms and installs it, hence no
 * suite of ours has run it. `cluster tools test copilot` does, where it is installed. It needs a token or a
 * log-in of GitHub with a subscription to Copilot, or a model of one's own in COPILOT_PROVIDER_BASE_URL.
 */
export const copilot: AgentProfile = {
  name: "copilot",
  command: "copilot",
  arguments: ["--acp"],
  environment: ["COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"],
  variables: { COPILOT_AUTO_UPDATE: "false" },
  prepare: ({ model }) => (model === null ? {} : { variables: { COPILOT_MODEL: model } }),
  proof: usageProves,
  login: {
    variables: ["GH_TOKEN", "GITHUB_TOKEN", "COPILOT_GITHUB_TOKEN", "COPILOT_PROVIDER_API_KEY"],
    files: [".copilot/config.json", ".config/github-copilot/apps.json"],
    remedy: "export GITHUB_TOKEN=…, or run {{program}} once and log in",
  },
  package: { name: "@github/copilot", version: "1.0.102", licence: "proprietary" },
};

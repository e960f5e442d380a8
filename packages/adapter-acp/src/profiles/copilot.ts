import { usageProves } from "../proof/usage.ts";
import type { AgentProfile } from "./profile.ts";

/** GitHub's Copilot CLI. */
export const copilot: AgentProfile = {
  name: "copilot",
  command: "copilot",
  arguments: ["--acp"],
  environment: ["COPILOT_*", "GH_TOKEN", "GITHUB_TOKEN"],
  variables: { COPILOT_AUTO_UPDATE: "false" },
  prepare: ({ model }) => (model === null ? {} : { variables: { COPILOT_MODEL: model } }),
  proof: usageProves,
  package: { name: "@github/copilot", version: "1.0.102", licence: "proprietary" },
};

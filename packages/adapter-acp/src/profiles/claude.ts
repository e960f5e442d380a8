import { usageProves } from "../proof/usage.ts";
import type { AgentProfile } from "./profile.ts";

/**
 * Claude Code by its adapter. It starts in a mode that writes unasked.
 *
 * The adapter is Apache-2.0, but depends on Anthropic's own agent SDK: whoever wants it accepts that licence
 * and installs it, hence no suite of ours has run it. `cluster tools test claude` does, where it is
 * installed. It needs ANTHROPIC_API_KEY or a log-in of Claude Code.
 */
export const claude: AgentProfile = {
  name: "claude",
  command: "claude-agent-acp",
  environment: ["ANTHROPIC_*", "CLAUDE_*", "AWS_*", "GOOGLE_*", "VERTEX*"],
  variables: {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    // Unbounded, a refused key is an answer that never comes.
    CLAUDE_CODE_MAX_RETRIES: "1",
  },
  prepare: ({ model }) => (model === null ? {} : { variables: { ANTHROPIC_MODEL: model } }),
  mode: "default",
  proof: usageProves,
  ends: "sigterm",
  login: {
    variables: [
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_AUTH_TOKEN",
      "CLAUDE_CODE_OAUTH_TOKEN",
      "CLAUDE_CODE_USE_BEDROCK",
      "CLAUDE_CODE_USE_VERTEX",
    ],
    files: [".claude/.credentials.json"],
    remedy: "export ANTHROPIC_API_KEY=…, or run claude once and log in",
  },
  package: {
    name: "@agentclientprotocol/claude-agent-acp",
    version: "0.101.0",
    licence: "proprietary",
  },
};

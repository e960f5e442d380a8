import { record, tokens, usageProves } from "../proof/usage.ts";
import type { AgentProfile } from "./profile.ts";

/** qwen-code, which writes unasked unless its settings say otherwise. */
export const qwen: AgentProfile = {
  name: "qwen",
  command: "qwen",
  arguments: ["--acp"],
  environment: ["QWEN_*", "OPENAI_*", "DASHSCOPE_*"],
  prepare: ({ folder, environment, model }) => ({
    arguments: [
      ...(environment.OPENAI_API_KEY === undefined ? [] : ["--auth-type", "openai"]),
      ...(model === null ? [] : ["-m", model]),
    ],
    variables: { QWEN_CODE_SYSTEM_SETTINGS_PATH: `${folder}/settings.json` },
    files: {
      "settings.json": `${JSON.stringify({
        tools: { approvalMode: "default" },
        // A repository's own would run unasked.
        disableAllHooks: true,
        // Over what the user's and a repository's settings allow.
        permissions: {
          ask: ["run_shell_command", "write_file", "edit", "notebook_edit", "web_fetch", "agent"],
        },
        security: { folderTrust: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        // It would have its model guess, with all that was said, what the user is about to say.
        ui: { enableFollowupSuggestions: false, enableSpeculation: false },
        // It would ask its model after each task what is worth remembering, and tell the next one.
        memory: {
          enableManagedAutoMemory: false,
          enableManagedAutoDream: false,
          enableAutoSkill: false,
        },
      })}\n`,
    },
  }),
  mode: "default",
  usageOfUpdate: ({ _meta }) => tokens(record(_meta).usage, "inputTokens", "outputTokens"),
  proof: usageProves,
  login: {
    variables: ["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
    files: [".qwen/oauth_creds.json"],
    remedy: "export OPENAI_API_KEY=…, or run {{program}} once and log in",
  },
  package: {
    name: "@qwen-code/qwen-code",
    version: "0.24.4",
    licence: "Apache-2.0",
    megabytes: 152,
  },
};

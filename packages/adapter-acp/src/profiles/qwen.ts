import { record, tokens, usageProves } from "../proof/usage.ts";
import { nodeSigns, signOf } from "./node-signs.ts";
import type { AgentProfile } from "./profile.ts";

/** Over the user's settings and the repository's. */
const SETTINGS = {
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
};

/** qwen-code, which writes unasked unless its settings say otherwise. */
export const qwen: AgentProfile = {
  name: "qwen",
  command: "qwen",
  arguments: ["--acp"],
  environment: ["QWEN_*", "OPENAI_*", "DASHSCOPE_*"],
  // Two processes instead of three.
  variables: { QWEN_CODE_NO_RELAUNCH: "true" },
  prepare: (request) => {
    const { folder, environment, model } = request;
    const signs = nodeSigns(request, "QWEN_CODE_LAUNCHER_PID");
    return {
      arguments: [
        ...(environment.OPENAI_API_KEY === undefined ? [] : ["--auth-type", "openai"]),
        ...(model === null ? [] : ["-m", model]),
      ],
      variables: {
        ...signs.variables,
        QWEN_CODE_SYSTEM_SETTINGS_PATH: `${folder}/settings.json`,
      },
      files: { ...signs.files, "settings.json": `${JSON.stringify(SETTINGS)}\n` },
    };
  },
  mode: "default",
  usageOfUpdate: ({ _meta }) => tokens(record(_meta).usage, "inputTokens", "outputTokens"),
  proof: usageProves,
  // It tries seven times, and each time waits for as long as it is asked to; no setting bounds that.
  modelSign: signOf,
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

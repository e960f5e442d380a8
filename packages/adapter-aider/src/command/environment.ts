import { inheritedEnvironment } from "@cluster/pool";
import { execa } from "execa";

/** Beside what every tool needs: the keys and addresses of model providers, and aider's own settings. */
const PROVIDER_VARIABLES: readonly string[] = [
  "AIDER_*",
  "LITELLM_*",
  "OPENAI_*",
  "ANTHROPIC_*",
  "AZURE_*",
  "AWS_*",
  "BEDROCK_*",
  "CEREBRAS_*",
  "COHERE_*",
  "DATABRICKS_*",
  "DEEPSEEK_*",
  "FIREWORKS_*",
  "GEMINI_*",
  "GITHUB_COPILOT_*",
  "GOOGLE_*",
  "GROQ_*",
  "HF_*",
  "HUGGINGFACE_*",
  "LM_STUDIO_*",
  "MISTRAL_*",
  "NVIDIA_*",
  "OLLAMA_*",
  "OPENROUTER_*",
  "PERPLEXITYAI_*",
  "REPLICATE_*",
  "TOGETHERAI_*",
  "TOGETHER_*",
  "VERTEX*",
  "WATSONX_*",
  "XAI_*",
  "SSL_*",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "ALL_PROXY",
  "all_proxy",
  "GIT_CONFIG_*",
  "GIT_AUTHOR_*",
  "GIT_COMMITTER_*",
];

/** What makes aider and Python print plainly, open no browser and fetch no prices at start. */
const FIXED: Readonly<Record<string, string>> = {
  BROWSER: "true",
  COLUMNS: "10000",
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  NO_COLOR: "1",
  PYTHONUNBUFFERED: "1",
  PYTHONUTF8: "1",
};

/** The whole environment of one aider. */
export function aiderEnvironment(
  extra: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return inheritedEnvironment({ ...extra, ...FIXED }, PROVIDER_VARIABLES);
}

/**
 * An author for git where there is none. aider's command line would otherwise write a placeholder
 * into the configuration that all worktrees share.
 */
export async function withAuthor(
  environment: Record<string, string>,
  folder: string,
): Promise<Record<string, string>> {
  let next = { ...environment };
  for (const [name, value] of [
    ["user.name", "aider"],
    ["user.email", "aider@localhost"],
  ] as const) {
    const { failed } = await execa("git", ["config", "--get", name], {
      cwd: folder,
      env: next,
      extendEnv: false,
      reject: false,
    });
    if (failed) next = withGitConfig(next, name, value);
  }
  return next;
}

function withGitConfig(
  environment: Record<string, string>,
  name: string,
  value: string,
): Record<string, string> {
  const count = Number(environment.GIT_CONFIG_COUNT ?? "0") || 0;
  return {
    ...environment,
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: name,
    [`GIT_CONFIG_VALUE_${count}`]: value,
  };
}

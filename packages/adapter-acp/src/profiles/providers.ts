/** Where git finds its settings, and certificates that are not the system's: for every agent. */
export const COMMON_VARIABLES: readonly string[] = [
  "SSL_*",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "ALL_PROXY",
  "all_proxy",
  "GIT_CONFIG_*",
  "GIT_AUTHOR_*",
  "GIT_COMMITTER_*",
];

/** The keys and addresses of model providers, for agents that speak with all of them. */
export const ALL_PROVIDERS: readonly string[] = [
  "ANTHROPIC_*",
  "AWS_*",
  "AZURE_*",
  "CEREBRAS_*",
  "COHERE_*",
  "DEEPSEEK_*",
  "FIREWORKS_*",
  "GEMINI_*",
  "GITHUB_TOKEN",
  "GOOGLE_*",
  "GROQ_*",
  "HF_*",
  "MISTRAL_*",
  "OLLAMA_*",
  "OPENAI_*",
  "OPENROUTER_*",
  "TOGETHER_*",
  "VERTEX*",
  "XAI_*",
];

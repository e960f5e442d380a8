import type { StandInModel } from "@cluster/testkit";

/** Aider's own flags that all three ways have in common: the model, and nothing that asks the internet. */
export function modelArguments(
  model: StandInModel,
  settings: { readonly modelSettingsFile: string; readonly modelMetadataFile: string },
): readonly string[] {
  return [
    "--openai-api-base",
    model.baseUrl,
    "--model-settings-file",
    settings.modelSettingsFile,
    "--model-metadata-file",
    settings.modelMetadataFile,
  ];
}

/** One-shot aider as its users script it; the file name comes behind these. */
export function oneShotArguments(model: string, common: readonly string[]): readonly string[] {
  return [
    "--model",
    model,
    ...common,
    "--yes-always",
    "--no-pretty",
    "--no-stream",
    "--no-check-update",
    "--no-show-release-notes",
    "--no-show-model-warnings",
    "--no-analytics",
    "--no-gitignore",
    "--map-tokens",
    "0",
    "--message",
    "Add a DOC_ID header to the top of the file",
  ];
}

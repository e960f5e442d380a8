import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The two files that make aider know the stand-in model, so that it asks no server about it. */
export interface AiderSettings {
  /** For `--model-settings-file`. */
  readonly modelSettingsFile: string;
  /** For `--model-metadata-file`. */
  readonly modelMetadataFile: string;
}

/** Writes what aider needs to know of the two models, with prices so that costs can be tested. */
export async function writeAiderSettings(
  folder: string,
  {
    model,
    weakModel,
    editFormat = "diff",
  }: { model: string; weakModel: string; editFormat?: string },
): Promise<AiderSettings> {
  const settings = [model, weakModel].map((name) => ({
    name,
    edit_format: editFormat,
    weak_model_name: weakModel,
    extra_params: { max_retries: 0 },
  }));
  const metadata = {
    max_input_tokens: 128_000,
    max_output_tokens: 8_000,
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
    litellm_provider: "openai",
    mode: "chat",
  };
  await mkdir(folder, { recursive: true });
  const modelSettingsFile = join(folder, "model-settings.yml");
  const modelMetadataFile = join(folder, "model-metadata.json");
  // JSON is YAML.
  await writeFile(modelSettingsFile, `${JSON.stringify(settings, null, 2)}\n`);
  await writeFile(
    modelMetadataFile,
    `${JSON.stringify({ [model]: metadata, [weakModel]: metadata }, null, 2)}\n`,
  );
  return { modelSettingsFile, modelMetadataFile };
}

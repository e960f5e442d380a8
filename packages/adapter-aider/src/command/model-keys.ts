import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { readUserSettings, type SettingsPlace } from "../pricing/user-settings.ts";

/** Variables that lead to a model, beside all that end in `_API_KEY`. */
const KEYS: ReadonlySet<string> = new Set([
  "AWS_ACCESS_KEY_ID",
  "AWS_BEARER_TOKEN_BEDROCK",
  "AWS_PROFILE",
  "GITHUB_COPILOT_TOKEN",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "HF_TOKEN",
  "VERTEXAI_PROJECT",
]);

/** aider's own settings that are keys. */
const SETTINGS = ["openai-api-key", "anthropic-api-key"] as const;

/** What to set where there is none: the end of a sentence. */
export const KEY_REMEDY: string =
  "export ANTHROPIC_API_KEY=…, OPENAI_API_KEY=…, GEMINI_API_KEY=… or that of your provider, or put it into .env";

/**
 * The names of the keys that aider would find, as it looks for them: in its environment, `.env` files, its log-in
 * at OpenRouter, its arguments and `.aider.conf.yml`. Never a key itself.
 */
export async function modelKeys(
  args: readonly string[],
  place: SettingsPlace,
): Promise<readonly string[]> {
  const settings = await readUserSettings(args, place);
  const home = place.environment.HOME ?? homedir();
  const loggedIn = await readFile(join(home, ".aider", "oauth-keys.env"), "utf8").catch(() => "");
  const variables = { ...parseEnv(loggedIn), ...settings.variables };
  const named = Object.entries(variables).flatMap(([name, value]) => {
    const isKey = KEYS.has(name) || /_API_KEY$/.test(name);
    return isKey && value && !name.startsWith("AIDER_") ? [name] : [];
  });
  const own = SETTINGS.filter((name) => settings.values(name).length > 0);
  // `provider=key`
  const others = settings.values("api-key").map((text) => `api-key ${text.split("=", 1)[0]}`);
  return [...named.sort(), ...own, ...others];
}

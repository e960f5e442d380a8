import type { AgentProfile } from "../profiles/profile.ts";
import type { FoundAgent } from "./find.ts";
import { loginOf } from "./login.ts";

/** What the user does to log in: the end of a sentence; `null` where the profile does not say. */
export function loginRemedy(
  { login, command }: AgentProfile,
  found: FoundAgent | null,
): string | null {
  if (login === undefined) return null;
  // What was put into a private folder is not on the user's PATH.
  const program =
    found === null || found.origin === "PATH" ? command : [found.file, ...found.args].join(" ");
  return login.remedy.replaceAll("{{program}}", () => program);
}

/** What is to be said to somebody whose agent was refused as nobody that its provider knows. */
export async function refusedLogin(
  profile: AgentProfile,
  environment: Readonly<Record<string, string | undefined>>,
  found: FoundAgent | null,
): Promise<string | null> {
  const remedy = loginRemedy(profile, found);
  if (remedy === null) return null;
  const login = await loginOf(profile, environment);
  return login == null
    ? `No log-in was seen: ${remedy}.`
    : `Its log-in was seen in ${login}; if that is not right, ${remedy}.`;
}

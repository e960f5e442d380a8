import type { ToolProbe } from "@cluster/pool";
import type { FoundAgent } from "./install/find.ts";
import { loginOf } from "./install/login.ts";
import { loginRemedy } from "./install/login-remedy.ts";
import type { AgentProfile } from "./profiles/profile.ts";

/** Tells of a program without starting it: agents take seconds, and some log in. */
export async function probeOf(
  found: FoundAgent,
  profile: AgentProfile,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ToolProbe> {
  const { path, version } = found;
  const login = await loginOf(profile, environment);
  const { package: tested } = profile;
  const warnings = [];
  if (tested !== undefined && version !== tested.version && version !== "unknown") {
    warnings.push(`Tested with ${tested.name} ${tested.version}; this is ${version}.`);
  }
  if (login === null) {
    warnings.push(
      `No log-in was seen: unless its own settings have one, ${loginRemedy(profile, found)}.`,
    );
  }
  return {
    installed: true,
    version,
    path,
    ...(typeof login === "string" && { login }),
    ...(warnings.length > 0 && { warning: warnings.join(" ") }),
  };
}

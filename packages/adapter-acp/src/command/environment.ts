import { join } from "node:path";
import { inheritedEnvironment } from "@cluster/pool";
import type { AgentProfile } from "../profiles/profile.ts";
import { COMMON_VARIABLES } from "../profiles/providers.ts";

/** Where programs look for a user's settings, beside HOME. */
const HOME_VARIABLES: Readonly<Record<string, string>> = {
  XDG_CONFIG_HOME: ".config",
  XDG_DATA_HOME: ".local/share",
  XDG_STATE_HOME: ".local/state",
  XDG_CACHE_HOME: ".cache",
};

/**
 * The environment of an agent: an allow-list of this process's variables, the profile's own where the
 * user has none, and `extra` over them.
 *
 * @param home A folder that it takes for its home, so that it sees no settings and no log-in of the user.
 */
export function agentEnvironment(
  profile: AgentProfile,
  extra: Readonly<Record<string, string | undefined>>,
  home: string | null,
): Record<string, string> {
  const { environment = [], variables = {} } = profile;
  const moved = home === null ? {} : homeVariables(home);
  const allowed = inheritedEnvironment({ ...moved, ...extra }, [
    ...COMMON_VARIABLES,
    ...environment,
  ]);
  return { ...variables, ...allowed };
}

function homeVariables(home: string): Record<string, string> {
  const moved = Object.entries(HOME_VARIABLES).map(([name, way]) => [name, join(home, way)]);
  return { ...Object.fromEntries(moved), HOME: home };
}

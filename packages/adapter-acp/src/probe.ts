import type { ToolProbe } from "@cluster/pool";
import type { FoundAgent } from "./install/find.ts";
import type { AgentProfile } from "./profiles/profile.ts";

/** Tells of a program without starting it: agents take seconds, and some log in. */
export function probeOf(
  { path, version }: FoundAgent,
  { package: tested }: AgentProfile,
): ToolProbe {
  if (tested === undefined || version === tested.version || version === "unknown") {
    return { installed: true, version, path };
  }
  const warning = `Tested with ${tested.name} ${tested.version}; this is ${version}.`;
  return { installed: true, version, path, warning };
}

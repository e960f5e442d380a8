import type { AgentProfile } from "../profiles/profile.ts";
import { agentName } from "./locations.ts";

/** What the user does about an agent that is not there. */
export function remedyFor(profile: AgentProfile): string {
  const { package: source, command } = profile;
  if (source === undefined) return `Install ${command}, or name its program with executable.`;
  if (source.licence !== "proprietary") {
    return `Install it: cluster tools install ${agentName(profile)}`;
  }
  return `Install it yourself, since its licence is yours to accept: npm install --global ${source.name}@${source.version}`;
}

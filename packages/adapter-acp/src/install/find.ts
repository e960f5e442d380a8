import { isAbsolute, join } from "node:path";
import { findProgram } from "../command/find-program.ts";
import type { AgentProfile } from "../profiles/profile.ts";
import { AGENT_PROFILES, type AgentName, profileOf } from "../profiles/table.ts";
import { agentFolder, agentName, type Program, programIn } from "./locations.ts";
import { packageOf } from "./package-of.ts";
import { remedyFor } from "./remedy.ts";

/** An agent's program, and who named it. */
export interface FoundAgent extends Program {
  readonly found: true;
  readonly origin: "options" | "variable" | "PATH" | "installed";
}

/** Why an agent cannot be started. */
export interface AgentMissing {
  readonly found: false;
  readonly reason: string;
  readonly remedy: string;
}

/** Where to look. */
export interface FindAgentOptions {
  /** A program in the place of the profile's. */
  readonly executable?: string;
  /** The variables to look at. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Where `installAgent` has put it. @default its own default */
  readonly directory?: string;
}

/** The variable that names an agent's program, such as `CLUSTER_GEMINI`. */
function variableOf(agent: string): string {
  return `CLUSTER_${agent.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_")}`;
}

/**
 * Looks for an agent's program: what the options or the profile name by a path, then what
 * `CLUSTER_<NAME>` names, then `PATH`, then where `installAgent` puts it. A path and a variable are
 * final: when that one cannot be used, no other is taken in its place. Starts nothing.
 *
 * @throws {AcpError} AGENT_UNKNOWN.
 */
export async function findAgent(
  agent: AgentName | AgentProfile,
  { executable, environment = process.env, directory }: FindAgentOptions = {},
): Promise<FoundAgent | AgentMissing> {
  const profile = profileOf(agent);
  const wanted = executable ?? profile.command;
  const name = agentName(profile);
  const variable = variableOf(name);
  const missing = (reason: string, remedy: string): AgentMissing => ({
    found: false,
    reason,
    remedy,
  });
  const given = executable === undefined ? environment[variable] : undefined;
  if (given) {
    const file = await findProgram(given, environment.PATH);
    if (file !== null) return { ...(await programAt(file)), found: true, origin: "variable" };
    return missing(`${variable} names ${given}, which is no program.`, "Name one, or unset it.");
  }
  const file = await findProgram(wanted, environment.PATH);
  if (file !== null && (await isOf(profile, file))) {
    const origin = isAbsolute(wanted) ? "options" : "PATH";
    return { ...(await programAt(file)), found: true, origin };
  }
  if (executable !== undefined || isAbsolute(wanted)) {
    return missing(`${wanted} is no program.`, "Name the agent's program.");
  }
  if (profile.package !== undefined) {
    const folder = join(directory ?? agentFolder(name), profile.package.version);
    const program = await programIn(folder, profile.package, profile.command);
    if (program !== null) return { ...program, found: true, origin: "installed" };
  }
  const places = `neither in ${variable}, nor on PATH, nor installed by cluster`;
  return missing(`${profile.command} is ${places}.`, remedyFor(profile));
}

async function programAt(file: string): Promise<Program> {
  const version = (await packageOf(file))?.version ?? "unknown";
  return { file, args: [], path: file, version };
}

/** Two agents have a program of the same name. */
async function isOf(profile: AgentProfile, file: string): Promise<boolean> {
  const found = await packageOf(file);
  if (found === null || found.name === profile.package?.name) return true;
  const known: readonly AgentProfile[] = Object.values(AGENT_PROFILES);
  return known.every((other) => other.package?.name !== found.name);
}

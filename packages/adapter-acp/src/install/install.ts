import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AcpError } from "../errors/acp-error.ts";
import type { AgentPackage, AgentProfile } from "../profiles/profile.ts";
import { type AgentName, profileOf } from "../profiles/table.ts";
import { agentFolder, agentName, type Program, programIn } from "./locations.ts";
import { takeLock } from "./lock.ts";
import { fetchPackage } from "./npm.ts";
import { remedyFor } from "./remedy.ts";

/** How far an installation is. */
export interface InstallProgress {
  readonly step: "waiting" | "packages" | "script" | "done";
  readonly message: string;
}

/** How to install an agent. */
export interface InstallAgentOptions {
  /** @default a folder of the user's cache, by the agent's name */
  readonly directory?: string;
  readonly onProgress?: (progress: InstallProgress) => void;
  readonly signal?: AbortSignal;
  /** Where npm and its settings are found. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Installs the version of an agent that this adapter is tested with, by npm and into a folder that only we
 * use, once: a finished installation is found and kept. Several processes may call it; one installs and
 * the others wait. What is not finished is never used: it has another name until it is.
 *
 * @throws {AcpError} AGENT_UNKNOWN; AGENT_NOT_OURS for one whose licence does not let us or that has no
 * package; NPM_MISSING; INSTALL_FAILED.
 */
export async function installAgent(
  agent: AgentName | AgentProfile,
  options: InstallAgentOptions = {},
): Promise<Program> {
  const profile = profileOf(agent);
  const name = agentName(profile);
  const wanted = installable(name, profile);
  const folder = options.directory ?? agentFolder(name);
  const finished = join(folder, wanted.version);
  const found = (): Promise<Program | null> => programIn(finished, wanted, profile.command);
  const early = await found();
  if (early !== null) return early;

  const tell = options.onProgress ?? (() => {});
  await mkdir(folder, { recursive: true });
  using _lock = await takeLock(join(folder, "installing"), {
    signal: options.signal,
    onWait: () => tell({ step: "waiting", message: `Another process installs ${name}` }),
  });
  const another = await found();
  if (another !== null) return another;
  await sweep(folder, wanted.version);
  const draft = join(folder, `unfinished-${process.pid}`);
  try {
    await fetchPackage(wanted, draft, options, tell);
    if ((await programIn(draft, wanted, profile.command)) === null) {
      throw failed(`${wanted.name} ${wanted.version} has no program for this machine.`);
    }
    await rename(draft, finished);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const program = await found();
  if (program === null) throw failed(`${finished} was changed while it was made.`);
  tell({ step: "done", message: `${name} ${program.version} is installed in ${finished}` });
  return program;
}

function installable(name: string, profile: AgentProfile): AgentPackage {
  const { package: wanted } = profile;
  if (wanted !== undefined && wanted.licence !== "proprietary") return wanted;
  const reason =
    wanted === undefined
      ? `It is not known which package ${name} comes from.`
      : `${name} is proprietary, and cluster installs only what anybody may.`;
  throw new AcpError("AGENT_NOT_OURS", reason, remedyFor(profile));
}

/** Removes what killed installers left, and what broke. We have the lock, so nobody is at work there. */
async function sweep(folder: string, version: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== version && !name.startsWith("unfinished-")) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function failed(reason: string): AcpError {
  return new AcpError("INSTALL_FAILED", reason, "Try again, or install it yourself on PATH.");
}

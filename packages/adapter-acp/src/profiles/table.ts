import { AcpError } from "../errors/acp-error.ts";
import { claude } from "./claude.ts";
import { codex, codexAcp2 } from "./codex.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import type { AgentProfile } from "./profile.ts";
import { qwen } from "./qwen.ts";

export type AgentName =
  | "gemini"
  | "opencode"
  | "codex"
  | "codex-acp-2"
  | "claude"
  | "qwen"
  | "copilot";

/** The agents that need no profile of one's own, by the name that a run gives them. */
export const AGENT_PROFILES: Readonly<Record<AgentName, AgentProfile>> = {
  gemini,
  opencode,
  codex,
  "codex-acp-2": codexAcp2,
  claude,
  qwen,
  copilot,
};

/** The names of {@link AGENT_PROFILES}. */
export const AGENT_NAMES: readonly AgentName[] = Object.keys(AGENT_PROFILES) as AgentName[];

/** @throws {AcpError} AGENT_UNKNOWN */
export function profileOf(agent: AgentName | AgentProfile): AgentProfile {
  if (typeof agent !== "string") return agent;
  if (Object.hasOwn(AGENT_PROFILES, agent)) return AGENT_PROFILES[agent];
  throw new AcpError(
    "AGENT_UNKNOWN",
    `There is no agent "${String(agent)}".`,
    `Known: ${AGENT_NAMES.join(", ")}. Any other is a profile: { command, arguments }.`,
  );
}
